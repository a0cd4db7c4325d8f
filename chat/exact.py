"""What words between quotation marks in a question ask of its answer: a quotation that has them, or a plain word that nothing has them."""

from __future__ import annotations

from collections.abc import Sequence

from chat.answer import Quote
from chat.quoting import Candidate
from index.phrases import occurrences, unquoted
from index.records import Hit, Span
from index.search import Query
from index.tokens import content_terms

_ASKS_WHERE = frozenset(
    content_terms("find phrase word words quote quotation sentence passage line text use used stand written appear occur")
)


def never_has(query: Query, *, one: bool) -> str:
    """A refusal that names the words which the readings never have; '' when they have all of them. `one`: there is one reading."""
    if not query.absent:
        return ""
    missing = " or ".join(f"“{phrase}”" for phrase in query.absent)
    return f"{'The reading never has' if one else 'The readings never have'} the words {missing}."


def holding_first(ranked: Sequence[Candidate], query: Query) -> list[Candidate]:
    """Sentences that hold the query's phrases, or a part of one, before those that only stand near them; else in their order."""
    if not query.phrases or query.absent:
        return list(ranked)
    places = {id(candidate.hit): _places(candidate.hit, query) for candidate in ranked}
    return sorted(ranked, key=lambda candidate: not any(candidate.span.overlaps(place) for place in places[id(candidate.hit)]))


def located(query: Query, hits: Sequence[Hit], *, most: int) -> tuple[Quote, ...]:
    """
    The sentences around the words, for a question that asks for nothing else (“Where does it say “…”?”); () for any other question.
    """
    if not query.phrases or query.absent or query.context or not set(content_terms(unquoted(query.text))) <= _ASKS_WHERE:
        return ()
    found: dict[str, Quote] = {}
    for hit in hits:
        for place in _places(hit, query):
            around = [span for span in hit.passage.sentences if span.overlaps(place)]
            quote = Quote(hit.passage, Span(around[0].start, around[-1].end))
            found.setdefault(quote.text, quote)
    return tuple(found.values())[:most]


def _places(hit: Hit, query: Query) -> list[Span]:
    start = hit.passage.span.start
    found = [place for phrase in query.phrases for place in occurrences(hit.passage.text, phrase)]
    return [Span(start + place.start, start + place.end) for place in sorted(found)]
