"""Models that do a thing once, though several ways of answering ask it of them: the figures are the same, and sooner there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chat.evidence import EvidenceReader, Judgement
from index.arrays import FloatMatrix, FloatVector
from index.embedders import Embedder
from index.records import Passage


@dataclass(frozen=True, slots=True)
class RememberingEmbedder:
    """An embedder that embeds a question once, however many ways are asked it."""

    embedder: Embedder
    vectors: dict[str, FloatVector] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """See `Embedder`."""
        return self.embedder.name

    @property
    def weights(self) -> str:
        """See `Embedder`."""
        return self.embedder.weights

    @property
    def dim(self) -> int:
        """See `Embedder`."""
        return self.embedder.dim

    def embed_passages(
        self, passages: Sequence[Passage], *, progress: Callable[[int], None] = lambda _: None
    ) -> tuple[FloatMatrix, FloatMatrix]:
        """See `Embedder`."""
        return self.embedder.embed_passages(passages, progress=progress)

    def knows(self, word: str) -> bool:
        """See `Embedder`."""
        return self.embedder.knows(word)

    def embed_query(self, text: str) -> FloatVector:
        """See `Embedder`."""
        if text not in self.vectors:
            self.vectors[text] = self.embedder.embed_query(text)
        return self.vectors[text]


@dataclass(frozen=True, slots=True)
class RememberingReader:
    """A reader that keeps what it said of the last question."""

    reader: EvidenceReader
    last: dict[tuple[str, str, int], Judgement] = field(default_factory=dict)  # by question, document and where the passage starts

    def judge(self, question: str, passages: Sequence[Passage]) -> list[Judgement]:
        """See `EvidenceReader`."""
        keys = [(question, passage.document.id, passage.span.start) for passage in passages]
        if not all(key in self.last for key in keys):
            self.last.clear()
            self.last.update(zip(keys, self.reader.judge(question, passages), strict=True))
        return [self.last[key] for key in keys]
