"""
What words between quotation marks in a question ask of its answer: a quotation that has them, or a plain word that nothing has them. And
which words of a selection can be asked for like that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chat.answer import Quote
from chat.quoting import Candidate
from index.phrases import occurrences, quoted, unquoted
from index.records import Hit, Passage, Span
from index.search import Query
from index.tokens import content_terms

_ASKS_WHERE = frozenset(
    content_terms("find phrase word words quote quotation sentence passage line text use used stand written appear occur")
)

_QUOTATION_MARK = re.compile('["“”„«»]')
_MOST_ASKED = 200  # characters of a selection: a question has to stay readable


def askable(selected: Span, passages: Sequence[Passage]) -> str:
    """
    The words of a selection that a question can have between quotation marks; '' where there are none.

    They are whole words, a few lines at most, and found again as they are: they stand in one of the document's `passages` and hold no
    quotation mark of their own. Of a selection that goes on over a passage's end or over such a mark, the longest part is taken.
    """
    if not passages:
        return ""
    passage = max(passages, key=lambda passage: min(selected.end, passage.span.end) - max(selected.start, passage.span.start))
    start, end = max(selected.start, passage.span.start), min(selected.end, passage.span.end)
    text = passage.document.text
    while start < end and start > passage.span.start and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while start < end < passage.span.end and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    part = max(_QUOTATION_MARK.split(text[start:end]), key=len)
    words = " ".join(part.split())
    if len(words) > _MOST_ASKED:
        words = words[:_MOST_ASKED].rpartition(" ")[0]
    words = words.strip(" .,;:!?…")
    return words if quoted(f"“{words}”") == (words,) else ""


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
