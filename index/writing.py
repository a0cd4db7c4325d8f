"""
An index folder, written: document by document, so that what is held in memory does not grow with the index, but for its vocabulary.

The new index takes the place of the old in one step, see `index/manifest.py`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatMatrix
from index.errors import UnusableFolder
from index.extraction import Extraction
from index.lexical import Counting
from index.library import BM25, HEADINGS, PASSAGE_VECTORS, SENTENCE_VECTORS, TITLES
from index.locking import held
from index.manifest import DATA_PREFIX, MANIFEST_NAME, TEMPORARY_PREFIX, Manifest, hash_files
from index.records import Document, Passage
from index.shelf import (
    CORPUS,
    DOCUMENT_ROW,
    DOCUMENTS,
    FIRST_SENTENCES,
    ID_ROWS,
    IDS,
    PASSAGE_ROW,
    PASSAGES,
    RECORDS,
    SPANS,
    TEXTS,
    Record,
    check_of,
    hash_of,
)
from index.tables import TableWriter
from index.vectors import VectorWriter


@dataclass(frozen=True, slots=True)
class Part:
    """One document, and all that is indexed of it."""

    document: Document
    extraction: Extraction
    sha256: str  # of its record and passages, see `DocumentEntry`
    passages: Sequence[Passage]
    passage_vectors: FloatMatrix  # (passages, dim), unit rows
    sentence_vectors: FloatMatrix  # (sentences, dim), unit rows


def write(
    folder: Path,
    manifest: Manifest,
    *,
    documents: Sequence[tuple[Document, Extraction]],
    passages: Sequence[Passage],
    vectors: tuple[FloatMatrix, FloatMatrix],
) -> Manifest:
    """
    Write an index folder from what is in memory; see `write_parts`.

    Each document comes with what its reader noted, and in the manifest's order; `vectors` are those of the passages and their sentences.
    """

    def parts() -> Iterator[Part]:
        passage = sentence = 0
        for (document, extraction), entry in zip(documents, manifest.documents, strict=True):
            whole, each = slice(passage, passage + entry.passages), slice(sentence, sentence + entry.sentences)
            yield Part(document, extraction, entry.sha256, passages[whole], vectors[0][whole], vectors[1][each])
            passage, sentence = whole.stop, each.stop

    return write_parts(folder, manifest, parts())


def write_parts(folder: Path, manifest: Manifest, parts: Iterable[Part]) -> Manifest:
    """
    Write an index folder and give its manifest back with `files` filled in. Until the last step the old index stays as it was.

    `manifest.documents` is not looked at: the parts say what is in the index. Raises UnusableFolder when the folder cannot be written.
    """
    prepare(folder)
    try:
        with held(folder):
            for left in folder.glob(f"{TEMPORARY_PREFIX}*"):  # of a process that was killed
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
            temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=folder))
            try:
                _write_data(temporary, manifest, parts)
                return _put_in_place(temporary, folder, manifest)
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


def document_line(document: Document) -> bytes:
    """A document as bytes: other bytes, another document."""
    return msgspec.json.encode(document)


def passage_line(row: int, passage: Passage) -> bytes:
    """A passage as bytes; `row` is its document's."""
    return msgspec.json.encode({"document": row, "sentences": [(span.start, span.end) for span in passage.sentences]})


def _write_data(data: Path, manifest: Manifest, parts: Iterable[Part]) -> None:
    (data / CORPUS).write_bytes(
        msgspec.json.encode({"sources": dict(manifest.sources), "skipped": dict(manifest.skipped)}, order="sorted") + b"\n"
    )
    with ExitStack() as files:
        writer = _Writer(data, manifest.dim, files)
        for part in parts:
            writer.add(part)
        writer.end()
    for counting, name in ((writer.bm25, BM25), (writer.headings, HEADINGS), (writer.titles, TITLES)):
        counting.write(data / name)


class _Writer:
    """The files of a data folder, while they are written."""

    def __init__(self, data: Path, dim: int, files: ExitStack) -> None:
        def table(name: str, dtype: str | np.dtype[np.void], *columns: int) -> TableWriter:
            return files.enter_context(TableWriter(data / name, dtype, columns=columns))

        self._records, self._texts = (files.enter_context((data / name).open("wb")) for name in (RECORDS, TEXTS))
        self._documents, self._passages = table(DOCUMENTS, DOCUMENT_ROW), table(PASSAGES, PASSAGE_ROW)
        self._firsts, self._spans = table(FIRST_SENTENCES, "<i8"), table(SPANS, "<u4", 2)
        self._vectors = [files.enter_context(VectorWriter(data / name, dim)) for name in (PASSAGE_VECTORS, SENTENCE_VECTORS)]
        self._ids, self._id_rows = table(IDS, "<u8"), table(ID_ROWS, "<u4")
        self._hashes: list[int] = []  # of the ids
        self.bm25, self.headings, self.titles = Counting(data), Counting(data), Counting(data)

    def add(self, part: Part) -> None:
        """Write the next document."""
        document, row, first = part.document, self._documents.rows, self._passages.rows
        following = first + len(part.passages)
        text = document.text.encode("utf-8")
        record = msgspec.json.encode(_record(part)) + b"\n"
        self._documents.add(
            np.array(
                [
                    (
                        self._records.tell(),
                        self._texts.tell(),
                        first,
                        hash_of(record, row, first, following),
                        hash_of(text, row, first, following),
                    )
                ],
                dtype=DOCUMENT_ROW,
            )
        )
        self._hashes.append(hash_of(document.id.encode("utf-8", "surrogatepass")))
        self._add_passages(part, row, self._texts.tell())
        self._records.write(record)
        self._texts.write(text)
        self._vectors[0].add(part.passage_vectors)
        self._vectors[1].add(part.sentence_vectors)
        self.titles.add(document.title)

    def _add_passages(self, part: Part, document: int, start: int) -> None:
        """Write a document's passages; its text starts at that byte."""
        first, sentence = self._passages.rows, self._spans.rows
        text, position = part.document.text, 0  # `start` is the byte of that position
        rows, firsts, spans = [], [], []
        for row, passage in enumerate(part.passages, first):
            start += len(text[position : passage.span.start].encode("utf-8"))
            position = passage.span.start
            words = passage.text.encode("utf-8")
            ends = np.array([(span.start, span.end) for span in passage.sentences], dtype="<u4")
            rows.append((document, len(words), start, check_of(words, row), check_of(ends.tobytes(), row, document)))
            firsts.append(sentence)
            spans.append(ends)
            sentence += len(ends)
            self.bm25.add(passage.text)
            self.headings.add(_over(passage))
        self._passages.add(np.array(rows, dtype=PASSAGE_ROW))
        self._firsts.add(np.array(firsts, dtype="<i8"))
        self._spans.add(np.concatenate([*spans, np.zeros((0, 2), dtype="<u4")]))

    def end(self) -> None:
        """Write what comes after the last document."""
        end = (self._records.tell(), self._texts.tell(), self._passages.rows, 0, 0)
        self._documents.add(np.array([end], dtype=DOCUMENT_ROW))
        self._firsts.add(np.array([self._spans.rows], dtype="<i8"))
        hashes = np.array(self._hashes, dtype="<u8")
        order: NDArray[np.int64] = np.argsort(hashes, kind="stable")
        self._ids.add(hashes[order])
        self._id_rows.add(order)


def _record(part: Part) -> Record:
    document = part.document
    return Record(
        id=document.id,
        source=document.source,
        metadata=dict(document.metadata),
        pages=document.pages,
        blocks=document.blocks,
        notes=document.notes,
        marks=document.marks,
        page_unit=document.page_unit,
        extraction=part.extraction,
        sha256=part.sha256,
        sentences=sum(len(passage.sentences) for passage in part.passages),
    )


def _over(passage: Passage) -> str:
    """The words over a passage: its document's title, where it has one, and the heading."""
    return f"{passage.document.metadata.get('title') or ''}\n{passage.heading}"


def _put_in_place(temporary: Path, folder: Path, manifest: Manifest) -> Manifest:
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


def _unwritable(folder: Path, error: OSError) -> UnusableFolder:
    reason = error.strerror or str(error)
    return UnusableFolder(f"index '{folder}' cannot be written ({reason}); free space, or name another folder")


def _flush(path: Path) -> None:
    """Put a file on the disk, so that a crash after the rename finds it whole."""
    if path.is_file():
        with path.open("rb") as file:
            os.fsync(file.fileno())
