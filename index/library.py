"""
An index folder, opened.

`Index.open` reads the manifest and maps the rest; documents, passages and vectors are read where they lie when they are asked for. What
wrote them is `index/writing.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import DamagedIndex, UnknownDocument
from index.extraction import Extraction, ExtractionReport, report
from index.lexical import Lexical
from index.manifest import MOST_COMPARED, Manifest, check, damaged, read_manifest
from index.records import Document, Passage
from index.shelf import (
    CORPUS,
    Entries,
    Kept,
    Passages,
    SentenceRows,
    Sentences,
    Shelf,
    StoredPassages,
    documents_of,
    extractions_of,
    passage_rows_of,
)
from index.stores import VectorStore
from index.vectors import open_vectors

BM25, HEADINGS, TITLES = "bm25", "headings", "titles"
PASSAGE_VECTORS, SENTENCE_VECTORS = "passage-vectors.npy", "sentence-vectors.npy"


@dataclass(frozen=True, slots=True)
class Index:
    """An index folder, open. Rows of `passages` and `passage_vectors` agree, and so do those of `sentences` and `sentence_vectors`."""

    folder: Path
    manifest: Manifest
    documents: Mapping[str, Document]  # by id, in order
    extractions: Mapping[str, Extraction]  # what reading each of them did, by id, in the same order
    passages: Sequence[Passage]
    sentences: Sentences  # which are a passage's
    passage_vectors: VectorStore
    sentence_vectors: VectorStore
    lexical: Lexical  # over the passages
    headings: Lexical  # over the title and heading of each passage
    titles: Lexical  # over the title of each document, in order
    passage_rows: Mapping[str, range]  # rows of each document's passages, by id

    @classmethod
    def open(cls, folder: Path, *, most_compared: int = MOST_COMPARED) -> Index:
        """
        The index in a folder. Its files are compared with their hashes if they have at most `most_compared` bytes together.

        Raises UnusableFolder when there is none, IndexMismatch when another version wrote it, DamagedIndex when its files are not those
        that were written; so does whatever reads them later.
        """
        while True:
            manifest = read_manifest(folder)
            try:
                return cls._load(folder, manifest, most_compared)
            except DamagedIndex:
                if read_manifest(folder) == manifest:
                    raise  # else a new index took its place meanwhile, and is opened instead

    @classmethod
    def _load(cls, folder: Path, manifest: Manifest, most_compared: int) -> Index:
        check(folder, manifest, most_compared=most_compared)
        data = folder / manifest.data_name
        shelf, sentences = Shelf(data), SentenceRows.open(data)
        passages = StoredPassages(shelf, sentences)
        try:
            about = manifest.files[CORPUS]
        except KeyError as error:
            raise damaged(folder, f"{CORPUS} is missing") from error
        found = cls(
            folder=folder,
            manifest=replace(
                manifest,
                sources=Kept(data / CORPUS, about, "sources"),
                skipped=Kept(data / CORPUS, about, "skipped"),
                documents=Entries(shelf),
            ),
            documents=documents_of(shelf),
            extractions=extractions_of(shelf),
            passages=passages,
            sentences=sentences,
            passage_vectors=open_vectors(data / PASSAGE_VECTORS),
            sentence_vectors=open_vectors(data / SENTENCE_VECTORS),
            lexical=Lexical.load(data / BM25),
            headings=Lexical.load(data / HEADINGS),
            titles=Lexical.load(data / TITLES),
            passage_rows=passage_rows_of(shelf),
        )
        found._check_sizes()
        return found

    def document(self, name: str) -> Document:
        """The document of that id, or the only one whose file name without folder or ending it is. Raises UnknownDocument."""
        if name in self.documents:
            return self.documents[name]
        alike = [id for id in self.documents if name in (Path(id).name, Path(id).stem)]
        if len(alike) == 1:
            return self.documents[alike[0]]
        raise UnknownDocument(f"no document '{name}' in index '{self.folder}'; list them: python -m index info '{self.folder}'")

    def reports(self) -> tuple[ExtractionReport, ...]:
        """How well each document was read, in order."""
        return tuple(report(document, self.extractions[id], passages=len(self.passage_rows[id])) for id, document in self.documents.items())

    def passage_text(self, row: int) -> str:
        """The words of a passage, without building it."""
        return self.passages.text(row) if isinstance(self.passages, Passages) else self.passages[row].text

    def _check_sizes(self) -> None:
        """Raise DamagedIndex unless the parts speak of as many documents, passages and sentences."""
        passages, dim = len(self.passages), self.manifest.dim
        counts = {len(self.passage_vectors), len(self.sentences), self.lexical.passages, self.headings.passages}
        dims = {self.passage_vectors.vectors([]).shape[1], self.sentence_vectors.vectors([]).shape[1]}
        if counts != {passages} or len(self.sentence_vectors) != self.sentences.total or dims != {dim}:
            raise damaged(self.folder, "its files are not of one index")
        if self.titles.passages != len(self.documents):
            raise damaged(self.folder, "its files are not of one index")
