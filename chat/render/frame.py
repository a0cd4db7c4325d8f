"""What stands around the talk and the source: the head of the page, its first words, the choice of a reading, questions to start with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from chat.footnotes import short_title
from chat.render.html import escaped
from index.records import BlockKind, Document

BRIEF_TITLE = "South-South Cooperation: Fostering Global Development and Solidarity"
BRIEF_STARTERS = (
    "How does the UN define South-South cooperation?",
    "What did Aamir Khan ask for at the High-Level Committee?",
    "What does Pakistan's Vision 2025 put emphasis on?",
    "What is the memorandum of understanding between Pakistan and China called?",
)  # for the brief that ships; a test sees that each is answered

_MAX_STARTERS = 4
_MAX_HEADING_CHARACTERS = 60  # longer ones read badly inside a question


def header_html(documents: Sequence[Document]) -> str:
    """The name of the program and what it has read."""
    title = f"{short_title(documents[0])} · " if len(documents) == 1 else ""
    readings = f"{len(documents):,} reading{'' if len(documents) == 1 else 's'}"
    return f'<header class="head"><b>Footnoted</b><span>{escaped(title + readings)}</span></header>'


def welcome_html(documents: Sequence[Document]) -> str:
    """What an empty conversation shows."""
    asked = "the reading" if len(documents) == 1 else "your readings"
    return (
        f'<div class="welcome"><p class="first">Ask {asked} a question.</p>'
        "<p>The answer is the authors’ own words, each quotation with a footnote that leads to its place in the source.</p></div>"
    )


def chooser_html(documents: Sequence[Document]) -> str:
    """A list to choose the reading in the pane from; '' when there is no choice."""
    if len(documents) < 2:
        return ""
    options = "".join(f'<option value="{row}">{escaped(document.title)}</option>' for row, document in enumerate(documents))
    return f'<label class="chooser">Reading <select id="chooser">{options}</select></label>'


def starters(documents: Sequence[Document]) -> tuple[str, ...]:
    """Questions to start with: those of the brief that ships if it is there, else drawn from headings of the readings."""
    if any(document.title == BRIEF_TITLE for document in documents):
        return BRIEF_STARTERS
    return tuple(islice((f"What does it say about “{heading}”?" for heading in _headings(documents)), _MAX_STARTERS))


def _headings(documents: Sequence[Document]) -> Iterator[str]:
    """Short headings that are not the title, each once, one from each document in turn."""
    seen: set[str] = set()
    columns = [_sections(document) for document in documents[:_MAX_STARTERS]]
    while columns:
        for column in tuple(columns):
            heading = next(column, None)
            if heading is None:
                columns.remove(column)
            elif heading.casefold() not in seen:
                seen.add(heading.casefold())
                yield heading


def _sections(document: Document) -> Iterator[str]:
    for block in document.blocks:
        words = document.slice(block.span).rstrip(" :.")
        if block.kind is BlockKind.HEADING and 3 < len(words) <= _MAX_HEADING_CHARACTERS and words.casefold() != document.title.casefold():
            yield words
