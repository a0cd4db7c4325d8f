"""
Several indexes searched as one, without copying any: the readings of the house, and those a visitor brought.

Rows run on from one to the next. Cosines are what they are; BM25 counts a term's passages in all of them, so that a word is as rare as in
one index over everything (each keeps its own mean length of passages, which differs little).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Sized
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from pathlib import Path
from typing import NoReturn, Self, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatMatrix, FloatVector
from index.errors import IndexMismatch
from index.lexical import Lexical
from index.library import Index
from index.manifest import DocumentEntry
from index.records import Passage
from index.shelf import Passages, Sentences
from index.stores import Rows, VectorStore

_Value = TypeVar("_Value")


def join(first: Index, *others: Index) -> Index:
    """
    The indexes as one; its folder and manifest's embedder are the first's.

    Raises IndexMismatch when they were made with different embedders, or hold documents of the same id.
    """
    parts = (first, *others)
    for part in others:
        made_with = (part.manifest.embedder, part.manifest.weights)
        if made_with != (first.manifest.embedder, first.manifest.weights):
            raise IndexMismatch(f"index '{part.folder}' was made with '{made_with[0]}', and cannot join '{first.folder}'; make it anew")
    for number, part in enumerate(others, 1):
        if any(id in before.documents for before in parts[:number] for id in part.documents):
            raise IndexMismatch("a document of the same name is in both indexes; rename one")
    passages = (0, *accumulate(len(part.passages) for part in parts))
    return Index(
        folder=first.folder,
        manifest=replace(
            first.manifest,
            sources=JoinedMapping(tuple(part.manifest.sources for part in parts)),
            skipped=JoinedMapping(tuple(part.manifest.skipped for part in parts)),
            documents=JoinedEntries(tuple(part.manifest.documents for part in parts)),
        ),
        documents=JoinedMapping(tuple(part.documents for part in parts)),
        extractions=JoinedMapping(tuple(part.extractions for part in parts)),
        passages=JoinedPassages(parts),
        sentences=JoinedSentenceRows(tuple(part.sentences for part in parts)),
        passage_vectors=JoinedStore(tuple(part.passage_vectors for part in parts)),
        sentence_vectors=JoinedStore(tuple(part.sentence_vectors for part in parts)),
        lexical=JoinedLexical.over(tuple(part.lexical for part in parts)),
        headings=JoinedLexical.over(tuple(part.headings for part in parts)),
        titles=JoinedLexical.over(tuple(part.titles for part in parts)),
        passage_rows=JoinedRows(tuple(part.passage_rows for part in parts), passages),
    )


@dataclass(frozen=True, slots=True, eq=False)
class JoinedMapping(Mapping[str, _Value]):
    """Mappings without a common key, one after the other."""

    parts: tuple[Mapping[str, _Value], ...]

    def __getitem__(self, key: str) -> _Value:
        for part in self.parts:
            with suppress(KeyError):
                return part[key]
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return any(key in part for part in self.parts)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.parts)

    def __len__(self) -> int:
        return sum(map(len, self.parts))


@dataclass(frozen=True, slots=True, eq=False)
class JoinedRows(JoinedMapping[range]):
    """Rows by document id, those of later indexes moved on."""

    offsets: tuple[int, ...]

    def __getitem__(self, id: str) -> range:
        for part, offset in zip(self.parts, self.offsets, strict=False):
            with suppress(KeyError):
                rows = part[id]
                return range(rows.start + offset, rows.stop + offset)
        raise KeyError(id)


@dataclass(frozen=True, slots=True, eq=False)
class JoinedEntries(Sequence[DocumentEntry]):
    """What is known of each document, index by index."""

    parts: tuple[Sequence[DocumentEntry], ...]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    @overload
    def __getitem__(self, row: int) -> DocumentEntry: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[DocumentEntry]: ...

    def __getitem__(self, row: int | slice) -> DocumentEntry | Sequence[DocumentEntry]:
        if isinstance(row, slice):
            return tuple(self[number] for number in range(len(self))[row])
        row = range(len(self))[row]
        for part in self.parts:
            if row < len(part):
                return part[row]
            row -= len(part)
        raise IndexError(row)


@dataclass(frozen=True, slots=True, eq=False)
class JoinedPassages(Passages):
    """The passages of several indexes."""

    indexes: tuple[Index, ...]

    def __len__(self) -> int:
        return sum(len(index.passages) for index in self.indexes)

    @overload
    def __getitem__(self, row: int) -> Passage: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[Passage]: ...

    def __getitem__(self, row: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(row, slice):
            return tuple(self[number] for number in range(len(self))[row])
        index, own = self._owner(range(len(self))[row])
        return index.passages[own]

    def text(self, row: int) -> str:
        """See `Passages`."""
        index, own = self._owner(row)
        return index.passage_text(own)

    def _owner(self, row: int) -> tuple[Index, int]:
        for index in self.indexes:
            if row < len(index.passages):
                return index, row
            row -= len(index.passages)
        raise IndexError(row)


@dataclass(frozen=True, slots=True)
class JoinedSentenceRows:
    """Which sentences are a passage's, over several indexes."""

    parts: tuple[Sentences, ...]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    @property
    def total(self) -> int:
        """See `Sentences`."""
        return sum(part.total for part in self.parts)

    def of(self, passage: int) -> range:
        """See `Sentences`."""
        (start,), (stop,) = self.ranges(np.asarray([passage]))
        return range(int(start), int(stop))

    def ranges(self, passages: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """See `Sentences`."""
        starts, stops = np.empty(len(passages), dtype=np.int64), np.empty(len(passages), dtype=np.int64)
        totals = accumulate((part.total for part in self.parts), initial=0)
        for part, (own, rows), offset in zip(self.parts, _owned(passages, self.parts), totals, strict=False):
            starts[own], stops[own] = (found + offset for found in part.ranges(rows))
        return starts, stops

    def passages(self, sentences: NDArray[np.int64]) -> NDArray[np.int64]:
        """See `Sentences`."""
        found = np.empty(len(sentences), dtype=np.int64)
        counts = accumulate(map(len, self.parts), initial=0)
        for part, (own, rows), offset in zip(self.parts, _owned(sentences, [_Sized(p.total) for p in self.parts]), counts, strict=False):
            found[own] = part.passages(rows) + offset
        return found


@dataclass(frozen=True, slots=True)
class JoinedStore:
    """Vector stores, one after the other. It lives in memory only."""

    parts: tuple[VectorStore, ...]

    @classmethod
    def of(cls, vectors: FloatMatrix) -> NoReturn:
        """Nothing is made from vectors here."""
        raise NotImplementedError

    @classmethod
    def load(cls, path: Path) -> NoReturn:
        """Nothing is written, so nothing is loaded."""
        raise NotImplementedError

    def save(self, path: Path) -> NoReturn:
        """Nothing is written."""
        raise NotImplementedError

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def search(self, query: FloatVector, k: int) -> list[tuple[int, float]]:
        """See `VectorStore`."""
        offsets = [0, *accumulate(map(len, self.parts))]
        found = [(row + offset, cosine) for part, offset in zip(self.parts, offsets, strict=False) for row, cosine in part.search(query, k)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]

    def vectors(self, rows: Rows) -> FloatMatrix:
        """See `VectorStore`."""
        asked = np.asarray(rows, dtype=np.int64)
        taken = [(own, part.vectors(found)) for part, (own, found) in zip(self.parts, _owned(asked, self.parts), strict=True)]
        found: FloatMatrix = np.empty((len(asked), taken[0][1].shape[1]), dtype=np.float32)
        for own, vectors in taken:
            found[own] = vectors
        return found


@dataclass(frozen=True, slots=True)
class JoinedLexical(Lexical):
    """The terms of several indexes."""

    parts: tuple[Lexical, ...] = ()

    @classmethod
    def over(cls, parts: tuple[Lexical, ...]) -> Self:
        """The terms of these."""
        return cls(sum(part.passages for part in parts), parts=parts)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Nothing is written, so nothing is loaded."""
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        """Nothing is written."""
        raise NotImplementedError

    def scores(self, query_terms: Sequence[str]) -> FloatVector:
        """See `Lexical`. A term's score is a product of its rarity: each part's is divided out, and that in all of them put in."""
        total = np.zeros(self.passages, dtype=np.float32)
        for term in dict.fromkeys(query_terms):
            rarity, start = self.rarity(term), 0
            for part in self.parts:
                if part.document_frequency(term):
                    total[start : start + part.passages] += part.scores([term]) * np.float32(rarity / (part.rarity(term) or 1.0))
                start += part.passages
        return total

    def vocabulary(self) -> Collection[str]:
        """See `Lexical`."""
        return set().union(*(part.vocabulary() for part in self.parts))

    def beginning(self, letter: str) -> Sequence[str]:
        """See `Lexical`."""
        return sorted(set().union(*(part.beginning(letter) for part in self.parts)))

    def postings(self, term: str) -> NDArray[np.int64]:
        """See `Lexical`."""
        offsets = [0, *accumulate(part.passages for part in self.parts)]
        return np.concatenate([part.postings(term) + offset for part, offset in zip(self.parts, offsets, strict=False)])

    def document_frequency(self, term: str) -> int:
        """See `Lexical`."""
        return sum(part.document_frequency(term) for part in self.parts)


def _owned(rows: NDArray[np.int64], parts: Sequence[Sized]) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.int64]]]:
    """For each of the parts, which of the rows are its own, and these as it counts them."""
    start = 0
    for part in parts:
        own = (rows >= start) & (rows < start + len(part))
        yield own, rows[own] - start
        start += len(part)


@dataclass(frozen=True, slots=True)
class _Sized:
    count: int

    def __len__(self) -> int:
        return self.count
