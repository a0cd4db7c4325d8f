"""
Passages to vectors while other files are still being read, and no text twice.

Passages are embedded in lots, cut in the order in which the documents stand in the corpus: neither the time that reading took nor the
number of cores decides which are embedded together, so that building twice gives the same bytes.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

import numpy as np

from index.arrays import FloatMatrix
from index.embedders import Embedder, open_embedder
from index.records import Passage

Vectors = tuple[FloatMatrix, FloatMatrix]  # of passages, and of their sentences

_LOT = 512  # passages: enough to sort by length and to keep many cores busy, and embedded in some 20 seconds on two


class Embedding:
    """Embeds what it is given, in a thread of its own. The embedder is loaded when there is something to embed, and not before."""

    def __init__(self, embedder: str, progress: Callable[[int, int], None] = lambda _done, _all: None) -> None:
        self._name = embedder
        self._progress = progress  # told how many passages were just done, and how many there are so far
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lots")
        self._embedder: Embedder | None = None
        self._stopped = threading.Event()
        self._rows: dict[bytes, int] = {}  # of each text, in the order in which they came
        self._waiting: list[Passage] = []
        self._lots: list[Future[Vectors]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.shutdown(cancel_futures=True)

    def __len__(self) -> int:
        """How many texts it was given; identical ones count once."""
        return len(self._rows)

    def add(self, passages: Sequence[Passage]) -> None:
        """Passages to embed. Raises what embedding others has raised, such as UnusableEmbedder."""
        for passage in passages:
            if (key := _key(passage)) not in self._rows:
                self._rows[key] = len(self._rows)
                self._waiting.append(passage)
                if len(self._waiting) == _LOT:
                    self._embed_waiting()
        for lot in self._lots:
            if lot.done():
                lot.result()

    def vectors(self, documents: Sequence[Sequence[Passage]]) -> list[Vectors]:
        """The vectors of each document's passages, all of which were added; waits for those that are not embedded yet."""
        if self._waiting:
            self._embed_waiting()
        found = [lot.result() for lot in self._lots]
        if not found:
            return []
        whole, sentences = (np.concatenate(parts) for parts in zip(*found, strict=True))
        counts = {self._rows[_key(passage)]: len(passage.sentences) for passages in documents for passage in passages}
        firsts = np.cumsum([0, *(counts[row] for row in range(len(counts)))])
        taken: list[Vectors] = []
        for passages in documents:
            rows = [self._rows[_key(passage)] for passage in passages]
            taken.append((whole[rows], np.concatenate([sentences[firsts[row] : firsts[row + 1]] for row in rows])))
        return taken

    def _embed_waiting(self) -> None:
        self._progress(0, len(self._rows))
        self._lots.append(self._thread.submit(self._embed, self._waiting))
        self._waiting = []

    def _embed(self, passages: Sequence[Passage]) -> Vectors:
        if self._embedder is None:
            self._embedder = open_embedder(self._name)
        return self._embedder.embed_passages(passages, progress=self._done)

    def _done(self, count: int) -> None:
        if self._stopped.is_set():
            raise InterruptedError("embedding was given up")
        self._progress(count, len(self._rows))


def _key(passage: Passage) -> bytes:
    """What a passage's vectors depend on, and those of its sentences: its text, and how it is cut."""
    start = passage.span.start
    cut = ",".join(f"{span.start - start}-{span.end - start}" for span in passage.sentences)
    return hashlib.blake2b(f"{cut} {passage.text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
