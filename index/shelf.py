"""
Documents and passages where they lie on disk, read one by one as they are asked for.

Each is checked as it is read, with hashes that were written beside it: a changed byte anywhere in a text, in a record or in the tables that
say where they are gives DamagedIndex, never other words. What was read last is kept, up to so many characters; a document that something
still holds is given again rather than read again, so records of one document hold one text.
"""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar, overload
from weakref import WeakValueDictionary

import msgspec
import numpy as np
from numpy.typing import NDArray

from index.errors import DamagedIndex
from index.extraction import Extraction
from index.manifest import DocumentEntry, FileEntry, damaged_at
from index.records import Block, Document, Note, NoteMark, Page, PageUnit, Passage, Span
from index.tables import open_bytes, open_table

RECORDS, TEXTS, DOCUMENTS, PASSAGES = "documents.jsonl", "texts.txt", "documents.npy", "passages.npy"
IDS, ID_ROWS, FIRST_SENTENCES, SPANS = "ids.npy", "id-rows.npy", "first-sentences.npy", "sentence-spans.npy"
CORPUS = "corpus.json"

# Where a document's record and text start, which passage is its first, and the hashes of both; one more at the end, where all end.
DOCUMENT_ROW = np.dtype([("record", "<u8"), ("text", "<u8"), ("passage", "<u8"), ("record_hash", "<u8"), ("text_hash", "<u8")])
# A passage's document, where its words lie in texts.txt, and checks of these words and of its sentences.
PASSAGE_ROW = np.dtype([("document", "<u4"), ("bytes", "<u4"), ("start", "<u8"), ("words_check", "<u4"), ("spans_check", "<u4")])

_KEPT_CHARACTERS = 8_000_000  # of the documents read last
_MOST_SENTENCES = 1 << 20  # of a passage: more would be a damaged table
_Value = TypeVar("_Value")


class Record(msgspec.Struct):
    """A line of documents.jsonl: a document without its text, and what else is known of it."""

    id: str
    source: str
    metadata: dict[str, Any]
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...]
    marks: tuple[NoteMark, ...]
    page_unit: PageUnit
    extraction: Extraction
    sha256: str  # see `DocumentEntry`
    sentences: int


class _Called(msgspec.Struct):
    """As much of a record as its document is called by."""

    id: str


def hash_of(content: bytes | memoryview, *numbers: int) -> int:
    """64 bits of BLAKE2b over bytes and the numbers they belong to."""
    hashed = hashlib.blake2b(_bytes_of(numbers), digest_size=8)
    hashed.update(content)
    return int.from_bytes(hashed.digest(), "little")


def check_of(content: bytes | memoryview, *numbers: int) -> int:
    """CRC-32 of bytes and the numbers they belong to: quicker for short ones, and enough for any single byte."""
    return zlib.crc32(content, zlib.crc32(_bytes_of(numbers)))


class Shelf:
    """The documents of a data folder by row."""

    def __init__(self, folder: Path) -> None:
        """Raises DamagedIndex."""
        self.folder = folder
        self.texts, self._records = open_bytes(folder / TEXTS), open_bytes(folder / RECORDS)
        self._table = open_table(folder / DOCUMENTS, DOCUMENT_ROW)
        self._ids, self._id_rows = open_table(folder / IDS, "<u8"), open_table(folder / ID_ROWS, "<u4")
        if not len(self._ids) == len(self._id_rows) == len(self._table) - 1:
            raise damaged_at(folder / DOCUMENTS, "does not fit the other files")
        self._lock = threading.Lock()
        self._alive: WeakValueDictionary[int, Document] = WeakValueDictionary()  # whatever somebody still holds
        self._kept: OrderedDict[int, Document] = OrderedDict()  # those read last
        self._kept_characters = 0

    def __len__(self) -> int:
        return len(self._table) - 1

    def document(self, row: int) -> Document:
        """The document of a row. Raises DamagedIndex when its record or its text is not what was written."""
        with self._lock:
            found = self._alive.get(row)
            if found is None:
                found = self._alive[row] = self._read(row)
            self._keep(row, found)
            return found

    def record(self, row: int) -> Record:
        """What else is known of it. Raises DamagedIndex."""
        return self._decoded(row, Record)

    def id(self, row: int) -> str:
        """What it is called. Raises DamagedIndex."""
        return self._decoded(row, _Called).id

    def row(self, id: str) -> int | None:
        """The row of the document of that id; None where there is none. Raises DamagedIndex."""
        wanted = hash_of(id.encode("utf-8", "surrogatepass"))
        place = int(np.searchsorted(self._ids, np.uint64(wanted)))
        while place < len(self._ids) and int(self._ids[place]) == wanted:
            row = int(self._id_rows[place])
            if row >= len(self):
                raise damaged_at(self.folder / ID_ROWS, "names a document that there is not")
            if self.id(row) == id:
                return row
            place += 1
        return None

    def passages(self, row: int) -> range:
        """The rows of a document's passages; to be trusted once its record was read, whose hash is over them too."""
        return range(int(self._table[row]["passage"]), int(self._table[row + 1]["passage"]))

    def _read(self, row: int) -> Document:
        record = self.record(row)
        text = self._slice(self.texts, row, "text", TEXTS)
        try:
            return Document(
                id=record.id,
                source=record.source,
                metadata=record.metadata,
                text=str(text, "utf-8"),
                pages=record.pages,
                blocks=record.blocks,
                notes=record.notes,
                marks=record.marks,
                page_unit=record.page_unit,
            )
        except ValueError as error:
            raise self._no_document(row) from error

    def _decoded(self, row: int, kind: type[_Value]) -> _Value:
        content = self._slice(self._records, row, "record", RECORDS)
        try:
            return msgspec.json.decode(content, type=kind)
        except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
            raise self._no_document(row) from error

    def _slice(self, content: memoryview, row: int, what: str, name: str) -> memoryview:
        """The bytes of a document's record or text, as they were written."""
        entry, following = self._table[row], self._table[row + 1]
        found = content[int(entry[what]) : int(following[what])]
        if hash_of(found, row, int(entry["passage"]), int(following["passage"])) != int(entry[f"{what}_hash"]):
            raise damaged_at(self.folder / name, f"has other bytes than were written for document {row + 1}")
        return found

    def _no_document(self, row: int) -> DamagedIndex:
        return damaged_at(self.folder / RECORDS, f"holds no document in line {row + 1}")

    def _keep(self, row: int, document: Document) -> None:
        self._kept_characters += 0 if row in self._kept else len(document.text)
        self._kept[row] = document
        self._kept.move_to_end(row)
        while self._kept_characters > _KEPT_CHARACTERS and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._kept_characters -= len(gone.text)


@dataclass(frozen=True, slots=True, eq=False)
class _ById(Mapping[str, _Value]):
    """Something of each document by its id, in the order of rows."""

    shelf: Shelf
    of: Callable[[int], _Value]  # of the document of a row

    def __getitem__(self, id: str) -> _Value:
        row = self.shelf.row(id) if isinstance(id, str) else None
        if row is None:
            raise KeyError(id)
        return self.of(row)

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self.shelf.row(id) is not None

    def __iter__(self) -> Iterator[str]:
        return map(self.shelf.id, range(len(self.shelf)))

    def __len__(self) -> int:
        return len(self.shelf)


def documents_of(shelf: Shelf) -> Mapping[str, Document]:
    """The documents by id."""
    return _ById(shelf, shelf.document)


def extractions_of(shelf: Shelf) -> Mapping[str, Extraction]:
    """What reading each of them did, by id."""
    return _ById(shelf, lambda row: shelf.record(row).extraction)


def passage_rows_of(shelf: Shelf) -> Mapping[str, range]:
    """The rows of each one's passages, by id."""
    return _ById(shelf, shelf.passages)


@dataclass(frozen=True, slots=True, eq=False)
class Entries(Sequence[DocumentEntry]):
    """What the manifest says of each document."""

    shelf: Shelf

    def __len__(self) -> int:
        return len(self.shelf)

    @overload
    def __getitem__(self, row: int) -> DocumentEntry: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[DocumentEntry]: ...

    def __getitem__(self, row: int | slice) -> DocumentEntry | Sequence[DocumentEntry]:
        if isinstance(row, slice):
            return tuple(self[number] for number in range(len(self))[row])
        row = range(len(self))[row]
        record = self.shelf.record(row)
        return DocumentEntry(record.id, record.source, record.sha256, len(self.shelf.passages(row)), record.sentences)


class Passages(Sequence[Passage]):
    """Passages by row."""

    def text(self, row: int) -> str:
        """The words of a passage, which need not build it."""
        return self[row].text


class StoredPassages(Passages):
    """The passages of a data folder. Their words are read straight from the texts; a passage comes with its document."""

    def __init__(self, shelf: Shelf, sentences: Sentences) -> None:
        """Raises DamagedIndex."""
        self._shelf, self._sentences = shelf, sentences
        self._table = open_table(shelf.folder / PASSAGES, PASSAGE_ROW)
        self._spans = open_table(shelf.folder / SPANS, "<u4", columns=(2,))
        if len(sentences) != len(self._table) or sentences.total != len(self._spans):
            raise damaged_at(shelf.folder / PASSAGES, "does not fit the other files")

    def __len__(self) -> int:
        return len(self._table)

    @overload
    def __getitem__(self, row: int) -> Passage: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[Passage]: ...

    def __getitem__(self, row: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(row, slice):
            return tuple(self[number] for number in range(len(self))[row])
        row = range(len(self))[row]
        entry, sentences = self._table[row], self._sentences.of(row)
        spans, number = self._spans[sentences.start : sentences.stop], int(entry["document"])
        if check_of(spans.tobytes(), row, number) != int(entry["spans_check"]):
            raise damaged_at(self._shelf.folder / SPANS, f"has other bytes than were written for passage {row + 1}")
        return Passage(self._shelf.document(number), tuple(Span(start, end) for start, end in spans.tolist()))

    def text(self, row: int) -> str:
        """See `Passages`. Raises DamagedIndex."""
        entry = self._table[row]
        start = int(entry["start"])
        words = self._shelf.texts[start : start + int(entry["bytes"])]
        if check_of(words, row) != int(entry["words_check"]):
            raise damaged_at(self._shelf.folder / TEXTS, f"has other bytes than were written for passage {row + 1}")
        return str(words, "utf-8")


class Sentences(Protocol):
    """Which rows of sentences are a passage's, and the other way round. Sentences are counted through, passage by passage."""

    def __len__(self) -> int:
        """Number of passages."""

    @property
    def total(self) -> int:
        """Number of sentences."""

    def of(self, passage: int) -> range:
        """The rows of a passage's sentences."""

    def ranges(self, passages: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The same for several: their first rows, and one past their last. Raises DamagedIndex for what cannot be."""

    def passages(self, sentences: NDArray[np.int64]) -> NDArray[np.int64]:
        """The row of the passage in which each sentence stands."""


@dataclass(frozen=True, slots=True)
class SentenceRows:
    """`Sentences` of a data folder."""

    firsts: NDArray[np.int64]  # (passages + 1,): the row of each one's first sentence, and at the end how many there are
    path: Path = Path(FIRST_SENTENCES)  # for messages

    @classmethod
    def open(cls, folder: Path) -> SentenceRows:
        """Raises DamagedIndex."""
        found = cls(open_table(folder / FIRST_SENTENCES, "<i8"), folder / FIRST_SENTENCES)
        if not len(found.firsts) or found.firsts[0] != 0:
            raise damaged_at(found.path, "does not start at the first sentence")
        return found

    def __len__(self) -> int:
        return len(self.firsts) - 1

    @property
    def total(self) -> int:
        """See `Sentences`."""
        return int(self.firsts[-1])

    def of(self, passage: int) -> range:
        """See `Sentences`."""
        (start,), (stop,) = self.ranges(np.asarray([passage]))
        return range(int(start), int(stop))

    def ranges(self, passages: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """See `Sentences`."""
        starts, stops = self.firsts[passages], self.firsts[passages + 1]
        if ((starts < 0) | (stops <= starts) | (stops - starts > _MOST_SENTENCES) | (stops > self.total)).any():
            raise damaged_at(self.path, "holds what are no rows of sentences")
        return starts, stops

    def passages(self, sentences: NDArray[np.int64]) -> NDArray[np.int64]:
        """See `Sentences`."""
        rows = np.searchsorted(self.firsts, sentences, side="right") - 1
        return np.clip(rows, 0, len(self) - 1).astype(np.int64)  # a damaged table is not in order


class Kept(Mapping[str, str]):
    """An object of corpus.json, which is read and compared with its hash when something of it is asked for."""

    def __init__(self, path: Path, entry: FileEntry, name: str) -> None:
        """Raises DamagedIndex when the file is not there."""
        self._path, self._entry, self._name = path, entry, name
        self._content = open_bytes(path)
        self._read: Mapping[str, str] | None = None

    def __getitem__(self, key: str) -> str:
        return self._all()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> Mapping[str, str]:
        if self._read is None:
            if hashlib.sha256(self._content).hexdigest() != self._entry.sha256:
                raise damaged_at(self._path, "has other bytes than were written")
            self._read = msgspec.json.decode(self._content, type=dict[str, dict[str, str]])[self._name]
        return self._read


def _bytes_of(numbers: Sequence[int]) -> bytes:
    return b"".join(number.to_bytes(8, "little") for number in numbers)
