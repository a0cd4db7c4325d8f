"""
Evidence readers: which sentences of a passage answer a question, and whether any does.

A cosine compares a question with a passage that was embedded without knowing it, so it cannot tell “when was it built?” from “who
built it?”. An evidence reader takes both together (Nogueira and Cho 2019, "Passage re-ranking with BERT"). It chooses and doubts; it
writes nothing.

    network    what is trained: the default model's layers with low-rank updates, and three heads
    minilm     the reader that comes with the program, its weights in evidence.safetensors; evidence.md says on what it was trained
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.records import Passage, Span


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reader holds of a passage. Logits: 0 is even odds, higher is likelier."""

    answers: float  # that the passage answers
    sentences: tuple[float, ...]  # for each of its sentences, that it is evidence
    words: tuple[Span, ...]  # in the document, in reading order: words that look like the answer itself


class EvidenceReader(Protocol):
    """The contract."""

    def judge(self, question: str, passages: Sequence[Passage]) -> list[Judgement]:
        """A judgement for each passage, in order."""
