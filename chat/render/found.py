"""Passages found, for the view that searches: ranked, with why each was found, each leading to its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from chat.answer import Quote
from chat.citing import DEFAULT_STYLE, Citation, Style, cite_apart
from chat.render.html import escaped, place_link, runs_html
from index.records import Hit, Span
from index.search import Query
from index.tokens import content_terms, terms

_CLOSE, _NEAR = 0.5, 0.3  # cosines from which the best sentence is called close in meaning, or near
_NO_REASON = ("a little like it",)
_AT_LEAST = 3  # passages shown, however little they are like the question
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def found_html(query: Query, hits: Sequence[Hit], rows: Mapping[str, int], style: Style = DEFAULT_STYLE) -> str:
    """A list of passages, best first, each with a short citation; `rows` has the number of each document by its id."""
    if not hits:
        return '<p class="line">Nothing was found.</p>'
    count = "1 passage" if len(hits) == 1 else f"{len(hits)} passages"
    citations = cite_apart([Quote(hit.passage, _best(hit)) for hit in hits], style, short=True)
    items = "".join(_item(query, hit, citation, rows) for hit, citation in zip(hits, citations, strict=True))
    return f'<p class="line">{count}, best first</p><ol class="found">{items}</ol>'


def worth_showing(query: Query, hits: Sequence[Hit]) -> list[Hit]:
    """Those that share a word with the question or come near its meaning; the best three where so few do."""
    return [hit for hit in hits if hit.rank <= _AT_LEAST or reasons(query, hit) != _NO_REASON]


def reasons(query: Query, hit: Hit) -> tuple[str, ...]:
    """Why a passage was found, in plain words, strongest first."""
    words = shared_words(query, hit)
    same = f"the same word: {words[0]}" if len(words) == 1 else f"the same words: {', '.join(words)}"
    cosine = max(hit.signals.get("sentence", 0.0), hit.signals.get("passage", 0.0))
    meaning = "close in meaning" if cosine >= _CLOSE else "near in meaning" if cosine >= _NEAR else ""
    return tuple(filter(None, (same if words else "", meaning))) or _NO_REASON


def shared_words(query: Query, hit: Hit) -> tuple[str, ...]:
    """The words of a passage that the question has too, in any form, as the question has them; in its order."""
    there = set(terms(f"{hit.passage.text} {hit.passage.heading}"))
    words = (match.group() for match in _WORD.finditer(query.whole))
    found = {word.casefold(): word for word in reversed(list(words)) if (own := content_terms(word)) and set(own) <= there}
    return tuple(reversed(found.values()))


def _best(hit: Hit) -> Span:
    """The sentence it was found for."""
    return hit.passage.sentences[hit.sentences.index(max(hit.sentences))]


def _item(query: Query, hit: Hit, citation: Citation, rows: Mapping[str, int]) -> str:
    passage, best = hit.passage, _best(hit)
    href = escaped(place_link(rows[passage.document.id], passage.span))
    where = runs_html(citation.runs)
    text = passage.document.slice
    before, after = Span(passage.span.start, best.start), Span(best.end, passage.span.end)
    words = f"{escaped(text(before))}<b>{escaped(text(best))}</b>{escaped(text(after))}"
    why = " · ".join(reasons(query, hit))
    return (
        f'<li><p class="where"><a href="{href}">{where}</a></p>'
        f'<p class="passage" dir="auto">{words}</p><p class="why">{escaped(why[0].upper() + why[1:])}</p></li>'
    )
