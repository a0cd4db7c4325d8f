"""
Embedders: text to unit vectors. One file an embedder; `open_embedder` knows them by name.

`all-MiniLM-L6-v2` is the packaged default; `hashing-<dim>` needs no weights and is for tests; any other name or folder is handed to
sentence-transformers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from index.arrays import FloatMatrix, FloatVector
from index.embedders.precision import Precision, native_precision
from index.records import Passage

DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"


class Embedder(Protocol):
    """The contract; `tests/test_index_embedders.py` holds every embedder to it."""

    @property
    def name(self) -> str:
        """What `open_embedder` gives this embedder for."""

    @property
    def weights(self) -> str:
        """A hash of everything that decides its vectors: another hash, other vectors."""

    @property
    def dim(self) -> int:
        """Length of its vectors."""

    def embed_passages(
        self, passages: Sequence[Passage], *, progress: Callable[[int], None] = lambda _: None
    ) -> tuple[FloatMatrix, FloatMatrix]:
        """
        One unit row for each passage, and one for each of their sentences in order: shapes (passages, dim) and (sentences, dim).

        A row depends on its passage's text alone, up to rounding. `progress` is told how many passages were just done.
        """

    def embed_query(self, text: str) -> FloatVector:
        """The unit vector of a question; shape (dim,)."""

    def knows(self, word: str) -> bool:
        """Whether it takes this for a word, so that it is no slip of spelling; True where it cannot tell."""


def open_embedder(name: str = DEFAULT_EMBEDDER) -> Embedder:
    """The embedder of a name. Heavy packages are imported here, not before. Raises UnusableEmbedder."""
    if name.startswith("hashing-"):
        from index.embedders.hashing import HashingEmbedder

        return HashingEmbedder.named(name)
    from index.embedders.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder.open(name)


def weights_of(name: str = DEFAULT_EMBEDDER) -> str:
    """The `weights` of an embedder without loading it, so that an index can be compared with it at once. Raises UnusableEmbedder."""
    if name.startswith("hashing-"):
        return open_embedder(name).weights
    from index.embedders.sentence_transformer import weights_of as of_sentence_transformer

    return of_sentence_transformer(name)


def precision_of(name: str = DEFAULT_EMBEDDER) -> Precision:
    """The number format in which this machine embeds passages with an embedder, without loading it. Questions are float32 everywhere."""
    return "float32" if name.startswith("hashing-") else native_precision()
