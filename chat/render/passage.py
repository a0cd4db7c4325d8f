"""A quotation in its paragraph with its citation, as HTML for the card over a footnote number."""

from __future__ import annotations

from chat.answer import Quote
from chat.citing import DEFAULT_STYLE, Style, cite_apart
from chat.render.html import escaped, runs_html
from index.records import Document, Passage, Span

_MOST_AROUND = 240  # code points shown before and after the quotation; a card is no page
_MOST_QUOTED = 900  # and of it


def passage_html(document: Document, span: Span, style: Style = DEFAULT_STYLE) -> str:
    """
    The words of a span marked in their paragraph, cut between words where it is long, and where they come from.
    """
    first, last = document.block_at(span.start), document.block_at(span.end - 1)
    start = first.span.start if first else span.start
    end = last.span.end if last else span.end
    before, after = document.text[start : span.start], document.text[span.end : end]
    words = document.slice(span)
    quoted = words if len(words) <= _MOST_QUOTED else f"{_head(words, _MOST_QUOTED)} …"
    shown = (
        f"{'… ' if len(before) > _MOST_AROUND else ''}{escaped(_tail(before, _MOST_AROUND))}"
        f"<mark>{escaped(quoted)}</mark>"
        f"{escaped(_head(after, _MOST_AROUND))}{' …' if len(after) > _MOST_AROUND else ''}"
    )
    (citation,) = cite_apart([Quote(Passage(document, (span,)), span)], style)
    return f'<p class="said" dir="auto">{shown}</p><p class="cited">{runs_html(citation.runs)}</p>'


def _head(text: str, most: int) -> str:
    """The first words; a word that is longer than all is cut."""
    return text if len(text) <= most else text[:most].rsplit(None, 1)[0]


def _tail(text: str, most: int) -> str:
    """The last words."""
    return text if len(text) <= most else text[-most:].split(None, 1)[-1]
