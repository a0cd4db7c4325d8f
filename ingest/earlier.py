"""The vectors that an index folder has already: of documents that did not change, nothing is embedded again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index.embedders import precision_of
from index.errors import DamagedIndex, IndexMismatch, UnusableFolder
from index.library import Index
from index.manifest import check
from ingest.embedding import Vectors


@dataclass(frozen=True, slots=True)
class Earlier:
    """An index that is about to be replaced; or none."""

    index: Index | None
    rows: dict[str, range]  # of a document's passages, by its hash

    @classmethod
    def open(cls, folder: Path, embedder: str, weights: str) -> Earlier:
        """
        What stands in a folder, as far as it is of use: made with the same embedder and weights, in this machine's number format.

        An index that was made on a machine with another number format is embedded anew, so that no index holds vectors of both.
        """
        try:
            index = Index.open(folder)
            check(folder, index.manifest)  # byte by byte: no damage is to be carried on into the next index
        except (UnusableFolder, IndexMismatch, DamagedIndex):
            return cls(None, {})
        manifest = index.manifest
        if (manifest.embedder, manifest.weights, manifest.precision) != (embedder, weights, precision_of(embedder)):
            return cls(None, {})
        return cls(index, {entry.sha256: index.passage_rows[entry.id] for entry in manifest.documents})

    def __contains__(self, sha256: str) -> bool:
        return sha256 in self.rows

    def vectors(self, sha256: str) -> Vectors:
        """A document's."""
        assert self.index is not None
        rows = self.rows[sha256]
        sentences = range(self.index.sentences.of(rows[0]).start, self.index.sentences.of(rows[-1]).stop)
        return self.index.passage_vectors.vectors(rows), self.index.sentence_vectors.vectors(sentences)
