"""
Which words inside a quotation carry the answer, where that is clear.

Clear means: the question asks for a date, an amount, a share, a number or a person, the evidence reader is sure of the sentence, and of the
words in it that it points at one stretch holds such a thing. A mark adds no word and changes none.
"""

from __future__ import annotations

import re
from dataclasses import replace

from chat.answer import Quote
from chat.evidence import Judgement
from chat.questions import CALENDAR_DATE, Kind, holds, kind_of
from index.records import Span
from index.tokens import words

_SURE = 0.0  # logit of the sentence
_MOST_WORDS = 8  # a longer stretch is no longer the words that carry the answer: it is the sentence
_MOST_SHARE = 0.6  # of the quotation


def marked(question: str, quote: Quote, judgement: Judgement | None) -> Quote:
    """The quotation with its words marked; as it is where none are clear."""
    kind = kind_of(question)
    if judgement is None or kind is Kind.NONE:
        return quote
    sure = {
        span
        for span, logit in zip(quote.passage.sentences, judgement.sentences, strict=True)
        if logit > _SURE and quote.span.contains(span)
    }
    found = [_whole(quote, span) for span in judgement.words if any(sentence.contains(span) for sentence in sure)]
    clear = tuple(dict.fromkeys(span for span in found if _is_clear(kind, quote, span)))
    return replace(quote, words=clear) if len(clear) == 1 and len(clear[0]) <= _MOST_SHARE * len(quote.span) else quote


def _whole(quote: Quote, span: Span) -> Span:
    """The span with its first and last word whole, and a date of which it is a part."""
    text, start = quote.text, quote.span.start
    first, last = span.start - start, span.end - start
    for date in CALENDAR_DATE.finditer(text):
        if date.start() < last and first < date.end():
            first, last = min(first, date.start()), max(last, date.end())
    while first > 0 and re.match(r"\w", text[first - 1]) and re.match(r"\w", text[first]):
        first -= 1
    while last < len(text) and re.match(r"\w", text[last]) and re.match(r"\w", text[last - 1]):
        last += 1
    return Span(start + first, start + last)


def _is_clear(kind: Kind, quote: Quote, span: Span) -> bool:
    text = quote.passage.document.slice(span)
    return 0 < len(words(text)) <= _MOST_WORDS and holds(kind, f"by {text}")
