"""
An index folder, written and opened.

`write` takes documents, their passages and vectors; `Index.open` gives them back, after comparing every file with the manifest.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

import msgspec

from index.arrays import FloatMatrix
from index.errors import DamagedIndex, UnknownDocument, UnusableFolder
from index.extraction import Extraction, ExtractionReport, report
from index.lexical import Lexical
from index.locking import held
from index.manifest import (
    DATA_PREFIX,
    MANIFEST_NAME,
    TEMPORARY_PREFIX,
    Manifest,
    check,
    damaged,
    hash_files,
    read_manifest,
)
from index.records import Document, Passage, Span
from index.stores import VectorStore
from index.stores.faiss import FaissStore

_DOCUMENTS, _EXTRACTIONS, _PASSAGES = "documents.jsonl", "extractions.jsonl", "passages.jsonl"
_BM25, _HEADINGS = "bm25", "bm25-headings"
_PASSAGE_VECTORS, _SENTENCE_VECTORS = "passages.faiss", "sentences.faiss"


class _PassageLine(msgspec.Struct):
    """A line of passages.jsonl."""

    document: int  # row in documents.jsonl
    sentences: tuple[tuple[int, int], ...]  # start and end of each


@dataclass(frozen=True, slots=True)
class Index:
    """An index folder in memory. Rows of `passages` and `passage_vectors` agree; sentences are counted through, passage by passage."""

    folder: Path
    manifest: Manifest
    documents: Mapping[str, Document]  # by id, in order
    extractions: Mapping[str, Extraction]  # what reading each of them did, by id, in the same order
    passages: tuple[Passage, ...]
    first_sentences: tuple[int, ...]  # for each passage the row of its first sentence; one more entry at the end, the total
    passage_vectors: VectorStore
    sentence_vectors: VectorStore
    lexical: Lexical  # over the passages
    headings: Lexical  # over the title and heading of each passage
    passage_rows: Mapping[str, range] = field(default_factory=dict)  # rows of each document's passages, by id

    @classmethod
    def open(cls, folder: Path) -> Index:
        """
        The index in a folder.

        Raises UnusableFolder when there is none, IndexMismatch when another version wrote it, DamagedIndex when its files are not those
        that were written.
        """
        while True:
            manifest = read_manifest(folder)
            try:
                return cls._load(folder, manifest)
            except DamagedIndex:
                if read_manifest(folder) == manifest:
                    raise  # else a new index took its place meanwhile, and is opened instead

    @classmethod
    def _load(cls, folder: Path, manifest: Manifest) -> Index:
        check(folder, manifest)
        data = folder / manifest.data_name
        try:
            documents = [msgspec.json.decode(line, type=Document) for line in _lines(data / _DOCUMENTS)]
            noted = [msgspec.json.decode(line, type=Extraction) for line in _lines(data / _EXTRACTIONS)]
            extractions = {document.id: extraction for document, extraction in zip(documents, noted, strict=True)}
            lines = [msgspec.json.decode(line, type=_PassageLine) for line in _lines(data / _PASSAGES)]
            passages = tuple(Passage(documents[line.document], tuple(Span(*ends) for ends in line.sentences)) for line in lines)
            passage_vectors, sentence_vectors = FaissStore.load(data / _PASSAGE_VECTORS), FaissStore.load(data / _SENTENCE_VECTORS)
            lexical, headings = Lexical.load(data / _BM25), Lexical.load(data / _HEADINGS)
        except (OSError, ValueError, LookupError) as error:  # msgspec's errors and our own DamagedIndex are ValueErrors
            raise damaged(folder, str(error)) from error
        return cls(
            folder=folder,
            manifest=manifest,
            documents={document.id: document for document in documents},
            extractions=extractions,
            passages=passages,
            first_sentences=tuple(accumulate((len(passage.sentences) for passage in passages), initial=0)),
            passage_vectors=passage_vectors,
            sentence_vectors=sentence_vectors,
            lexical=lexical,
            headings=headings,
            passage_rows=dict(_document_rows(manifest)),
        )

    def document(self, name: str) -> Document:
        """The document of that id, or the only one whose file name without folder or ending it is. Raises UnknownDocument."""
        if name in self.documents:
            return self.documents[name]
        alike = [document for id, document in self.documents.items() if name in (Path(id).name, Path(id).stem)]
        if len(alike) == 1:
            return alike[0]
        raise UnknownDocument(f"no document '{name}' in index '{self.folder}'; list them: python -m index info '{self.folder}'")

    def reports(self) -> tuple[ExtractionReport, ...]:
        """How well each document was read, in order."""
        return tuple(report(document, self.extractions[id], passages=len(self.passage_rows[id])) for id, document in self.documents.items())

    def sentence_rows(self, passage_row: int) -> range:
        """The rows of a passage's sentences."""
        return range(self.first_sentences[passage_row], self.first_sentences[passage_row + 1])

    def passage_row(self, sentence_row: int) -> int:
        """The row of the passage in which a sentence stands."""
        return bisect_right(self.first_sentences, sentence_row) - 1


def document_line(document: Document) -> bytes:
    """A document as it stands in documents.jsonl, without the line end."""
    return msgspec.json.encode(document)


def passage_line(row: int, passage: Passage) -> bytes:
    """A passage as it stands in passages.jsonl, without the line end; `row` is its document's."""
    return msgspec.json.encode(_PassageLine(row, tuple((span.start, span.end) for span in passage.sentences)))


def write(
    folder: Path,
    manifest: Manifest,
    *,
    documents: Sequence[tuple[Document, Extraction]],
    passages: Sequence[Passage],
    vectors: tuple[FloatMatrix, FloatMatrix],
) -> Manifest:
    """
    Write an index folder and give its manifest back with `files` filled in. Until the last step the old index stays as it was.

    Each document comes with what its reader noted; `vectors` are those of the passages and of their sentences, in order.
    Raises UnusableFolder when the folder cannot be written.
    """
    prepare(folder)
    try:
        with held(folder):
            for left in folder.glob(f"{TEMPORARY_PREFIX}*"):  # of a process that was killed
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
            temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=folder))
            try:
                return _write_data(temporary, folder, manifest, documents, passages, vectors)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def prepare(folder: Path) -> None:
    """
    Make an index folder, or see that one is there and can be written.

    Raises UnusableFolder, also for a folder that holds something else than an index: nothing of anybody's may be in the way.
    """
    ours = (MANIFEST_NAME, DATA_PREFIX, TEMPORARY_PREFIX)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        foreign = next((path.name for path in sorted(folder.iterdir()) if not path.name.startswith(ours)), None)
        tempfile.TemporaryFile(prefix=TEMPORARY_PREFIX, dir=folder).close()
    except OSError as error:
        raise _unwritable(folder, error) from error
    if foreign is not None:
        raise UnusableFolder(f"'{folder}' is not an index: it holds '{foreign}'; name a new or empty folder for the index")


def _over(passage: Passage) -> str:
    """The words over a passage: its document's title, where it has one, and the heading."""
    return f"{passage.document.metadata.get('title') or ''}\n{passage.heading}"


def _write_data(
    temporary: Path,
    folder: Path,
    manifest: Manifest,
    documents: Sequence[tuple[Document, Extraction]],
    passages: Sequence[Passage],
    vectors: tuple[FloatMatrix, FloatMatrix],
) -> Manifest:
    rows = {document.id: row for row, (document, _) in enumerate(documents)}
    _write_lines(temporary / _DOCUMENTS, (document_line(document) for document, _ in documents))
    _write_lines(temporary / _EXTRACTIONS, (msgspec.json.encode(extraction) for _, extraction in documents))
    _write_lines(temporary / _PASSAGES, (passage_line(rows[passage.document.id], passage) for passage in passages))
    FaissStore.of(vectors[0]).save(temporary / _PASSAGE_VECTORS)
    FaissStore.of(vectors[1]).save(temporary / _SENTENCE_VECTORS)
    Lexical.of([passage.text for passage in passages]).save(temporary / _BM25)
    Lexical.of([_over(passage) for passage in passages]).save(temporary / _HEADINGS)
    manifest = replace(manifest, files=hash_files(temporary))
    data = folder / manifest.data_name
    for path in temporary.rglob("*"):
        _flush(path)
    if not data.exists() or hash_files(data) != manifest.files:  # the same bytes may be there already, or a damaged copy of them
        shutil.rmtree(data, ignore_errors=True)
        temporary.replace(data)
    draft = folder / f"{TEMPORARY_PREFIX}{MANIFEST_NAME}"
    draft.write_bytes(manifest.to_bytes())
    _flush(draft)
    draft.replace(folder / MANIFEST_NAME)
    for old in folder.glob(f"{DATA_PREFIX}*"):
        if old.name != manifest.data_name:
            shutil.rmtree(old, ignore_errors=True)
    return manifest


def _document_rows(manifest: Manifest) -> Iterator[tuple[str, range]]:
    start = 0
    for entry in manifest.documents:
        yield entry.id, range(start, start + entry.passages)
        start += entry.passages


def _unwritable(folder: Path, error: OSError) -> UnusableFolder:
    reason = error.strerror or str(error)
    return UnusableFolder(f"index '{folder}' cannot be written ({reason}); free space, or name another folder")


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().split(b"\n")[:-1]


def _write_lines(path: Path, lines: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        for line in lines:
            file.write(line + b"\n")


def _flush(path: Path) -> None:
    """Put a file on the disk, so that a crash after the rename finds it whole."""
    if path.is_file():
        with path.open("rb") as file:
            os.fsync(file.fileno())
