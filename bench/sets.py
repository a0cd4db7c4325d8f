"""
Questions with known evidence: ours on the brief, and the public sets that lie in a folder beside the project.

Loading a set checks it: every piece of evidence stands in the canonical text of its document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from index.corpus import SHIPPED_CORPUS, default_index
from index.library import Index
from index.records import Document, Span
from ingest.build import build
from ingest.normalise import canonical

OURS = "brief"
PUBLIC = ("squad2_5articles", "covidqa_25docs", "policyqa_dev")


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is known of its answer."""

    question: str
    answerable: bool
    evidence: tuple[Span, ...]  # in the document; alternatives and parts alike; () where there is no answer
    document: str  # id of the document that answers; '' where there is none
    source_notes: tuple[str, ...] = ()  # labels of the source's own notes that a quotation should carry


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """An index and questions to it."""

    name: str
    index: Index
    questions: tuple[Question, ...]
    one_document: bool  # each question is asked to its own document only
    lost: int  # pieces of evidence that no document holds: 0 if reading loses nothing


def load(name: str, data: Path) -> QuestionSet:
    """A set by name; its index is built in the cache if need be. Raises FileNotFoundError when its data is not there."""
    corpus = SHIPPED_CORPUS if name == OURS else data / name / "docs"
    lines = Path(__file__).with_name("questions.jsonl") if name == OURS else data / name / "questions.jsonl"
    found = [msgspec.json.decode(line) for line in lines.read_bytes().splitlines()]
    folder = default_index(corpus)
    build(corpus, folder)
    index = Index.open(folder)
    questions = tuple(_questions(found, index))
    lost = sum(question.answerable and not question.evidence for question in questions)
    return QuestionSet(name, index, questions, name == "policyqa_dev", lost)


def _questions(lines: list[dict[str, Any]], index: Index) -> Iterator[Question]:
    for line in lines:
        document = index.document(line["doc"]) if "doc" in line else next(iter(index.documents.values()))
        pieces = line.get("evidence") or line.get("answers") or []
        starts = line.get("answer_starts") or [0] * len(pieces)
        evidence = {span for piece, start in zip(pieces, starts, strict=False) if (span := locate(document, piece, start))}
        yield Question(
            line["question"],
            bool(line["answerable"]),
            tuple(sorted(evidence)),
            document.id if line["answerable"] or "doc" in line else "",
            tuple(map(str, line.get("source_notes", ()))),
        )


def for_choosing(question: str) -> bool:
    """Whether a question is in the half that may be fitted to."""
    return hashlib.sha256(question.encode("utf-8")).digest()[0] % 2 == 0


def locate(document: Document, piece: str, near: int) -> Span | None:
    """Where a piece of evidence stands: the occurrence nearest to where it stood in the source, if it stands anywhere."""
    wanted = canonical(piece)
    flat = " ".join(document.text.split("\n\n"))  # one character shorter for each gap
    places = []
    place = flat.find(wanted)
    while wanted and place >= 0:
        places.append(place)
        place = flat.find(wanted, place + 1)
    if not places:
        return None
    start = min(places, key=lambda place: abs(place - near))
    return Span(_unflattened(document, start), _unflattened(document, start + len(wanted) - 1) + 1)


def _unflattened(document: Document, position: int) -> int:
    """The position in the text of a position in the text with one space for each gap between blocks."""
    gaps = sum(block.span.end - row < position for row, block in enumerate(document.blocks[:-1]))
    return position + gaps
