"""
BM25 over passages, or over what stands over them (Robertson and Zaragoza 2009, eq. 3.15; idf as in Lucene; k1 = 1.5, b = 0.75).

A score is worked out when the index is made, and a question adds up those of its own terms: what it costs depends on how often its terms
stand in the readings, not on how many readings there are. The terms lie sorted on disk and are found by bisection.

The tests compare the scores with those of bm25s, which needs all tokens and the whole vocabulary in memory.
"""

from __future__ import annotations

import math
import tempfile
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatVector
from index.manifest import damaged_at
from index.tables import open_bytes, open_table
from index.tokens import terms

K1, B = 1.5, 0.75

_PASSAGES, _TERMS, _STARTS, _ROWS, _SCORES = "passages.txt", "terms.txt", "starts.npy", "rows.npy", "scores.npy"
_MOST_REMEMBERED = 4096  # terms whose row is kept
_AT_ONCE = 1 << 21  # postings held in memory while counting, 12 bytes each
_IN_MEMORY = 1 << 26  # bytes of postings from which they are kept in a file while counting


@dataclass(frozen=True, slots=True)
class Lexical:
    """Which terms stand in which passages. Rows of a term's postings are in order, and each passage is there once."""

    passages: int
    terms: memoryview = field(default=memoryview(b""), repr=False)  # UTF-8, sorted, each with a line end
    starts: NDArray[np.int64] = field(default_factory=lambda: np.zeros((1, 2), dtype=np.int64), repr=False)  # (terms + 1, 2): see `_Term`
    rows: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, dtype=np.uint32), repr=False)  # (postings,)
    weights: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32), repr=False)  # (postings,): BM25 of each
    folder: Path = field(default=Path(), repr=False)  # where it was read from, for messages
    found: dict[str, int] = field(default_factory=dict, compare=False, repr=False)  # rows of terms looked up, -1 for none

    @classmethod
    def of(cls, texts: Sequence[str]) -> Lexical:
        """Counted from the passages' texts, in order."""
        counting = Counting()
        for text in texts:
            counting.add(text)
        return counting.done()

    @classmethod
    def load(cls, folder: Path) -> Lexical:
        """What was written, in place. Raises DamagedIndex."""
        count = bytes(open_bytes(folder / _PASSAGES)[:20])
        if not count.isdigit():
            raise damaged_at(folder / _PASSAGES, "holds no number")
        vocabulary, starts = open_bytes(folder / _TERMS), open_table(folder / _STARTS, "<i8", columns=(2,))
        rows, weights = open_table(folder / _ROWS, "<u4"), open_table(folder / _SCORES, "<f4")
        if not len(starts) or tuple(starts[-1]) != (len(vocabulary), len(rows)) or len(rows) != len(weights):
            raise damaged_at(folder / _STARTS, "does not fit the other files")
        return cls(int(count), vocabulary, starts, rows, weights, folder)

    def save(self, folder: Path) -> None:
        """Write a folder; the same texts give the same bytes."""
        folder.mkdir()
        _write_words(folder, self.passages, self.terms, self.starts)
        np.save(folder / _ROWS, self.rows, allow_pickle=False)
        np.save(folder / _SCORES, self.weights, allow_pickle=False)

    def scores(self, query_terms: Sequence[str]) -> FloatVector:
        """Each passage's BM25 score for these terms, repeated terms counted once; shape (passages,), at least 0."""
        scores: FloatVector = np.zeros(self.passages, dtype=np.float32)
        for term in dict.fromkeys(query_terms):
            place = self._place(term)
            if len(place):
                weights = self.weights[place.start : place.stop]
                # A weight is a share of the term's rarity; anything else are not the bytes that were written. So is a row there is not.
                if not 0 <= weights.min() <= weights.max() <= self.rarity(term) * 1.001:
                    raise damaged_at(self.folder / _SCORES, "holds what is no score")
                scores[self._rows(place)] += weights
        return scores

    def vocabulary(self) -> Collection[str]:
        """Every term that stands in a passage."""
        return self._decoded(0, len(self.terms))

    def beginning(self, letter: str) -> Sequence[str]:
        """The terms that begin with a letter."""
        ends = (end.encode("utf-8", "surrogatepass") for end in (letter, chr(ord(letter) + 1)))
        first, last = (bisect_left(range(len(self.starts) - 1), end, key=self._term) for end in ends)
        return self._decoded(int(self.starts[first, 0]), int(self.starts[last, 0]))

    def postings(self, term: str) -> NDArray[np.int64]:
        """The rows of the passages in which a term stands, in order."""
        return self._rows(self._place(term)).astype(np.int64)

    def document_frequency(self, term: str) -> int:
        """In how many passages a term stands."""
        return len(self._place(term))

    def rarity(self, term: str) -> float:
        """
        Inverse document frequency, at least 0: high for a term in few passages, highest for one in none (Lucene's BM25 form).
        """
        return _rarity(self.document_frequency(term), self.passages)

    def _place(self, term: str) -> range:
        """Where a term's postings are; an empty range for a term that no passage has."""
        row = self.found.get(term)
        if row is None:
            encoded = term.encode("utf-8", "surrogatepass")
            row = bisect_left(range(len(self.starts) - 1), encoded, key=self._term)
            row = row if row < len(self.starts) - 1 and self._term(row) == encoded else -1
            if len(self.found) >= _MOST_REMEMBERED:
                self.found.clear()
            self.found[term] = row
        if row < 0:
            return range(0)
        first, last = int(self.starts[row, 1]), int(self.starts[row + 1, 1])
        if not 0 <= first < last <= len(self.rows) or last - first > self.passages:
            raise damaged_at(self.folder / _STARTS, "points outside the postings")
        return range(first, last)

    def _rows(self, place: range) -> NDArray[np.uint32]:
        rows = self.rows[place.start : place.stop]
        if len(rows) and rows.max() >= self.passages:
            raise damaged_at(self.folder / _ROWS, "names a passage that there is not")
        return rows

    def _term(self, row: int) -> bytes:
        """UTF-8 sorts as its code points do, so nothing need be decoded."""
        first, last = int(self.starts[row, 0]), int(self.starts[row + 1, 0])
        return bytes(self.terms[first : last - 1]) if 0 <= first < last else b""

    def _decoded(self, first: int, last: int) -> list[str]:
        try:
            return bytes(self.terms[max(first, 0) : max(last, 0)]).decode("utf-8", "surrogatepass").split("\n")[:-1]
        except UnicodeDecodeError as error:
            raise damaged_at(self.folder / _TERMS, "is no text") from error


class Counting:
    """Texts to a `Lexical`, one at a time. Postings wait in a file where there are many; only the vocabulary is held in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` is where that file may lie."""
        self._numbers: dict[str, int] = {}  # of each term, in the order of their coming
        self._lengths = array("i")
        self._terms, self._rows, self._counts = array("i"), array("i"), array("i")
        self._waiting: Any = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(folder) if folder else None)  # noqa: SIM115  closed by whoever takes it
        self._chunks = 0

    def add(self, text: str) -> None:
        """Count the next text."""
        found = Counter(terms(text))
        numbers = self._numbers
        self._terms.extend([numbers.setdefault(term, len(numbers)) for term in found])
        self._counts.extend(found.values())
        self._rows.extend([len(self._lengths)] * len(found))
        self._lengths.append(found.total())
        if len(self._terms) >= _AT_ONCE:
            self._put_aside()

    def done(self) -> Lexical:
        """What was counted, in memory."""
        words, starts, order = self._sorted()
        size = int(starts[-1, 1])
        rows, weights = np.empty(size, dtype=np.uint32), np.empty(size, dtype=np.float32)
        self._fill(starts, order, rows, weights)
        return Lexical(len(self._lengths), memoryview(words), starts, rows, weights)

    def write(self, folder: Path) -> None:
        """What was counted, as `Lexical.load` takes it: the bytes that `Lexical.save` gives."""
        words, starts, order = self._sorted()
        size = int(starts[-1, 1])
        folder.mkdir()
        _write_words(folder, len(self._lengths), memoryview(words), starts)
        rows = np.lib.format.open_memmap(folder / _ROWS, mode="w+", dtype="<u4", shape=(size,))
        weights = np.lib.format.open_memmap(folder / _SCORES, mode="w+", dtype="<f4", shape=(size,))
        self._fill(starts, order, rows, weights)
        rows.flush()
        weights.flush()

    def _put_aside(self) -> None:
        np.save(self._waiting, np.asarray([self._terms, self._rows, self._counts], dtype=np.int32), allow_pickle=False)
        self._terms, self._rows, self._counts = array("i"), array("i"), array("i")
        self._chunks += 1

    def _sorted(self) -> tuple[bytes, NDArray[np.int64], NDArray[np.int64]]:
        """The terms as they are written, where each and its postings start, and the place of each number among the sorted terms."""
        self._put_aside()
        numbers = sorted(self._numbers.items())
        encoded = [f"{term}\n".encode("utf-8", "surrogatepass") for term, _ in numbers]
        order = np.empty(len(numbers), dtype=np.int64)
        order[[number for _, number in numbers]] = np.arange(len(numbers))
        frequencies = np.zeros(len(numbers), dtype=np.int64)
        for numbered, _, _ in self._put_aside_chunks():
            frequencies += np.bincount(order[numbered], minlength=len(numbers))
        starts = np.zeros((len(numbers) + 1, 2), dtype=np.int64)
        np.cumsum([len(term) for term in encoded], out=starts[1:, 0])
        np.cumsum(frequencies, out=starts[1:, 1])
        return b"".join(encoded), starts, order

    def _fill(self, starts: NDArray[np.int64], order: NDArray[np.int64], rows: NDArray[Any], weights: NDArray[Any]) -> None:
        """Put each term's postings where they belong, chunk by chunk; passages come in order, so they stay so within a term."""
        lengths = np.asarray(self._lengths, dtype=np.float64)
        norms = K1 * (1 - B + B * lengths / (lengths.mean() if len(lengths) and lengths.any() else 1.0))
        rarities = np.asarray([_rarity(int(count), len(lengths)) for count in np.diff(starts[:, 1])], dtype=np.float32)
        free = starts[:-1, 1].copy()
        for numbered, passages, counts in self._put_aside_chunks():
            placed = order[numbered]
            by_term = np.argsort(placed, kind="stable")
            placed = placed[by_term]
            firsts = np.flatnonzero(np.diff(placed, prepend=-1))
            sizes = np.diff(firsts, append=len(placed))
            places = free[placed] + np.arange(len(placed)) - np.repeat(firsts, sizes)
            free[placed[firsts]] += sizes
            passage, count = passages[by_term], counts[by_term].astype(np.float64)
            rows[places] = passage
            weights[places] = rarities[placed] * (count / (norms[passage] + count)).astype(np.float32)
        self._waiting.close()

    def _put_aside_chunks(self) -> Any:
        self._waiting.seek(0)
        for _ in range(self._chunks):
            yield np.load(self._waiting, allow_pickle=False)


def _write_words(folder: Path, passages: int, words: memoryview, starts: NDArray[np.int64]) -> None:
    (folder / _PASSAGES).write_bytes(str(passages).encode("ascii"))
    (folder / _TERMS).write_bytes(words)
    np.save(folder / _STARTS, starts, allow_pickle=False)


def _rarity(frequency: int, passages: int) -> float:
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))
