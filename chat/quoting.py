"""Hits to quotations: every sentence of the passages found is weighed, and the best few are shown, whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chat.answer import Quote
from index.lexical import Lexical
from index.records import BlockKind, Hit, Span
from index.search import Query
from index.tokens import content_terms, terms

MAX_QUOTES = 3
KEEP_SHARE = 0.85  # of the best sentence's score that a further one needs to be shown

# Measured by `python -m bench`: what a sentence's passage adds to the sentence itself.
_PASSAGE_WEIGHT, _COVERAGE_WEIGHT = 0.3, 0.5
_MIN_WORDS = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could be quoted."""

    hit: Hit
    span: Span
    cosine: float  # of the question to the sentence
    coverage: float  # share of the question's terms that stand in it, each term by its rarity; 0..1
    score: float

    @property
    def text(self) -> str:
        """The sentence."""
        return self.hit.passage.document.slice(self.span)


def candidates(query: Query, hits: Sequence[Hit], lexical: Lexical) -> list[Candidate]:
    """Every sentence that can stand as a quotation, best first; ties in reading order. Headings and scraps cannot."""
    rarity = {term: lexical.rarity(term) for term in query.terms}
    own = {term: rarity[term] for term in query.own_terms}

    def covered(text: str) -> float:
        """Half for the words of the question itself, so that in a follow-up they count more than those it leans on."""
        there = set(terms(text))
        return (_share(own, there) + _share(rarity, there)) / 2

    found: list[Candidate] = []
    for hit in hits:
        document = hit.passage.document
        nearby = covered(f"{hit.passage.text} {hit.passage.heading}")
        around = hit.signals["passage"] + hit.signals["bm25"] + nearby
        for span, cosine in zip(hit.passage.sentences, hit.sentences, strict=True):
            text = document.slice(span)
            block = document.block_at(span.start)
            if (block is not None and block.kind is BlockKind.HEADING) or not _says_something(text, query):
                continue
            coverage = covered(text)
            score = cosine + _COVERAGE_WEIGHT * coverage + _PASSAGE_WEIGHT * around
            found.append(Candidate(hit, span, cosine, coverage, score))
    found.sort(key=lambda candidate: (-candidate.score, candidate.hit.rank, candidate.span.start))
    return found


def quotes(ranked: Sequence[Candidate], *, most: int = MAX_QUOTES) -> tuple[Quote, ...]:
    """
    The quotations to show, best first: the best sentence, and those that come near it.

    Sentences that stand side by side in one block become one quotation; words that stand twice in the readings are quoted once.
    """
    shown: list[Quote] = []
    for candidate in ranked[:most]:
        if shown and candidate.score < KEEP_SHARE * ranked[0].score:
            break
        quote = Quote(candidate.hit.passage, candidate.span)
        if any(_same_words(quote, other) for other in shown) or (shown and _is_caption(quote)):
            continue
        beside = next((row for row, other in enumerate(shown) if _adjoins(other, quote)), None)
        if beside is None:
            shown.append(quote)
        else:
            other = shown[beside].span
            shown[beside] = Quote(quote.passage, Span(min(other.start, quote.span.start), max(other.end, quote.span.end)))
    return tuple(shown)


def _share(rarity: dict[str, float], there: set[str]) -> float:
    """Share of the terms that are there, each by its rarity; 0..1."""
    return sum(value for term, value in rarity.items() if term in there) / (sum(rarity.values()) or 1.0)


def _says_something(text: str, query: Query) -> bool:
    """Whether a sentence is more than a scrap, a question, or the visitor's own words given back."""
    if len(re.findall(r"\w+", text)) < _MIN_WORDS or text.rstrip("\"'”’)").endswith("?"):
        return False
    return not set(content_terms(text)) <= set(query.terms)


def _adjoins(first: Quote, second: Quote) -> bool:
    if first.passage != second.passage:
        return False
    document = first.passage.document
    gap = min(abs(second.span.start - first.span.end), abs(first.span.start - second.span.end))
    return gap <= 1 and document.block_at(first.span.start) == document.block_at(second.span.start)


def _is_caption(quote: Quote) -> bool:
    block = quote.passage.document.block_at(quote.span.start)
    return block is not None and block.kind is BlockKind.CAPTION


def _same_words(first: Quote, second: Quote) -> bool:
    return terms(first.text) == terms(second.text)
