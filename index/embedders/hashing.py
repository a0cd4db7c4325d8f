"""Words hashed to directions: no weights, no meaning, and the same vectors on every machine. For tests and for measuring the rest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import FloatMatrix, FloatVector, unit_rows
from index.errors import UnusableEmbedder
from index.records import Passage


@dataclass(frozen=True, slots=True)
class HashingEmbedder:
    """Each word adds one signed unit at a place its SHA-256 names; the sum is made unit. Feature hashing, Weinberger et al. 2009, §2."""

    dim: int = 256

    @classmethod
    def named(cls, name: str) -> HashingEmbedder:
        """The embedder called `hashing-<dim>`."""
        dim = name.removeprefix("hashing-")
        if not dim.isdecimal() or not 1 <= int(dim) <= 65536:
            raise UnusableEmbedder(f"no embedder {name!r}: after 'hashing-' comes a number of dimensions, such as hashing-256")
        return cls(int(dim))

    @property
    def name(self) -> str:
        """See `Embedder`."""
        return f"hashing-{self.dim}"

    @property
    def weights(self) -> str:
        """See `Embedder`."""
        return f"none: {self.name}"

    def embed_passages(
        self, passages: Sequence[Passage], *, progress: Callable[[int], None] = lambda _: None
    ) -> tuple[FloatMatrix, FloatMatrix]:
        """See `Embedder`."""
        sentences = [passage.document.slice(span) for passage in passages for span in passage.sentences]
        vectors = self._embed([passage.text for passage in passages]), self._embed(sentences)
        progress(len(passages))
        return vectors

    def embed_query(self, text: str) -> FloatVector:
        """See `Embedder`."""
        vector: FloatVector = self._embed([text])[0]
        return vector

    def knows(self, word: str) -> bool:  # noqa: ARG002
        """See `Embedder`: without weights it cannot tell."""
        return True

    def _embed(self, texts: Sequence[str]) -> FloatMatrix:
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()) or [text]:
                digest = hashlib.sha256(word.encode("utf-8", "replace")).digest()
                row[int.from_bytes(digest[:4], "big") % self.dim] += 1 if digest[4] & 1 else -1
            if not row.any():  # words that cancel, or none: any fixed direction keeps the row unit
                row[0] = 1
        return unit_rows(rows) if len(texts) else rows
