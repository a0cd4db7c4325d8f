"""Two indexes searched as one give what one index over everything gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.embedders.hashing import HashingEmbedder
from index.errors import IndexMismatch
from index.joined import join
from index.library import Index
from index.search import Query, search
from ingest.build import build

_TEXTS = {
    "a.md": "# Rain\n\nIt rained in the north of Pakistan. The floods of 2022 came after the rain.\n\nPeople moved away.\n",
    "b.md": "# Trade\n\nTrade grew by nine percent. Pakistan sells cotton and rice to its neighbours.\n",
    "c.md": "# Floods\n\nFloods destroyed cotton and rice. Nobody had expected rain of that kind.\n",
}


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Index, Index, Index]:
    """Two indexes, and one over the files of both."""
    folder = tmp_path_factory.mktemp("joined")
    return _index(folder / "first", "a.md", "b.md"), _index(folder / "second", "c.md"), _index(folder / "all", "a.md", "b.md", "c.md")


@pytest.mark.parametrize("question", ["floods in Pakistan", "cotton and rice", "rain", "nothing of the kind", "expected"])
def test_a_joined_index_finds_what_one_over_everything_finds(parts: tuple[Index, Index, Index], question: str) -> None:
    """The same passages in the same order; cosines are equal, and BM25 within a fifth, for passages' mean length is each part's own."""
    first, second, whole = parts
    found, expected = (search(index, HashingEmbedder(), Query(question)) for index in (join(first, second), whole))

    assert [hit.passage for hit in found] == [hit.passage for hit in expected]
    for hit, other in zip(found, expected, strict=True):
        assert hit.signals["passage"] == pytest.approx(other.signals["passage"], abs=1e-6)
        assert hit.sentences == pytest.approx(other.sentences, abs=1e-6)
        assert hit.signals["bm25"] == pytest.approx(other.signals["bm25"], rel=0.2)


def test_a_joined_index_counts_terms_as_one_over_everything_does(parts: tuple[Index, Index, Index]) -> None:
    """Frequencies, rarities, postings and vocabulary are those of all passages together."""
    first, second, whole = parts
    joined = join(first, second)

    assert set(joined.lexical.vocabulary()) == set(whole.lexical.vocabulary())
    for term in whole.lexical.vocabulary():
        assert joined.lexical.document_frequency(term) == whole.lexical.document_frequency(term)
        assert joined.lexical.rarity(term) == pytest.approx(whole.lexical.rarity(term))
        assert joined.lexical.postings(term).tolist() == whole.lexical.postings(term).tolist()
    assert joined.passage_rows == whole.passage_rows
    assert [joined.sentences.of(row) for row in range(len(whole.passages))] == [
        whole.sentences.of(row) for row in range(len(whole.passages))
    ]
    every = np.arange(whole.sentences.total)
    assert joined.sentences.passages(every).tolist() == whole.sentences.passages(every).tolist()
    assert [report.id for report in joined.reports()] == ["a.md", "b.md", "c.md"]


def test_vectors_of_a_joined_store_come_in_the_order_asked(parts: tuple[Index, Index, Index]) -> None:
    """Rows of both parts, mixed, are given as they were asked for."""
    first, second, whole = parts
    rows = list(reversed(range(len(whole.passages))))

    np.testing.assert_allclose(join(first, second).passage_vectors.vectors(rows), whole.passage_vectors.vectors(rows), atol=1e-6)


def test_documents_of_one_name_cannot_be_joined(parts: tuple[Index, Index, Index]) -> None:
    """A name leads to one document."""
    first, _, whole = parts
    with pytest.raises(IndexMismatch, match="same name"):
        join(first, whole)


def test_searching_only_the_second_part(parts: tuple[Index, Index, Index]) -> None:
    """A question can be restricted to what was joined."""
    first, second, _ = parts
    hits = search(join(first, second), HashingEmbedder(), Query("rain"), documents=["c.md"])

    assert {hit.passage.document.id for hit in hits} == {"c.md"}


def _index(folder: Path, *names: str) -> Index:
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    for name in names:
        (corpus / name).write_text(_TEXTS[name], encoding="utf-8")
    build(corpus, folder / "index", embedder=HashingEmbedder().name)
    return Index.open(folder / "index")
