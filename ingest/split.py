"""A document to passages: what is embedded, and what a hit is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.records import BlockKind, Document, Passage, Span
from ingest.sentences import sentences

MAX_CHARACTERS = 900  # about 180 tokens of English: within the 256 that the default embedder reads


def split(document: Document, *, max_characters: int = MAX_CHARACTERS) -> tuple[Passage, ...]:
    """
    Cut a document into passages that end at sentence boundaries.

    Guarantees
    - every character that is not white space is in exactly one passage
    - no passage is longer than `max_characters`, unless a single sentence is
    - passages are in reading order, and a heading opens a new one
    """
    return tuple(Passage(document, group) for group in _groups(document, sentences(document), max_characters))


def _groups(document: Document, found: Sequence[Span], max_characters: int) -> Iterator[tuple[Span, ...]]:
    group: list[Span] = []
    only_headings = True  # so far in this group: a heading right under another stays with it
    for sentence in found:
        block = document.block_at(sentence.start)
        is_heading = block is not None and block.kind is BlockKind.HEADING
        if group and ((is_heading and not only_headings) or sentence.end - group[0].start > max_characters):
            yield tuple(group)
            group, only_headings = [], True
        group.append(sentence)
        only_headings = only_headings and is_heading
    if group:
        yield tuple(group)
