"""BM25 scores are those of another program, however the texts were counted and wherever the index lies."""

from __future__ import annotations

import random
from pathlib import Path

import bm25s
import numpy as np
import pytest

from index.lexical import K1, B, Counting, Lexical
from index.tokens import terms

_WORDS = [
    f"{a}{b}"
    for a in ("rain", "flood", "trade", "tea", "northern", "café", "Ünder", "ärger", "日本", "zinc")
    for b in ("", "a", "box", "ist")
]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Two hundred texts of words some of which are rare, and an empty one."""
    chance = random.Random(4)
    return ["", *(" ".join(chance.choices(_WORDS, range(1, len(_WORDS) + 1), k=chance.randrange(1, 80))) for _ in range(199))]


def test_scores_are_those_of_bm25s(texts: list[str]) -> None:
    """For every term, alone and with another, to float32's precision."""
    lexical, other = Lexical.of(texts), bm25s.BM25(k1=K1, b=B)
    found = [terms(text) for text in texts]
    vocabulary = {term: row for row, term in enumerate(sorted({term for each in found for term in each}))}
    other.index(([[vocabulary[term] for term in each] for each in found], vocabulary), show_progress=False, create_empty_token=False)
    known = sorted(vocabulary)

    assert sorted(lexical.vocabulary()) == known
    for first, second in zip(known, known[1:] + known[:1], strict=True):
        expected = other.get_scores_from_ids([vocabulary[first], vocabulary[second]])
        np.testing.assert_allclose(lexical.scores([first, second, first]), expected, rtol=1e-6)


def test_counting_in_pieces_gives_the_same_bytes(texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put aside on disk many times, or counted in memory at once: the files are the same."""
    Lexical.of(texts).save(tmp_path / "at-once")
    monkeypatch.setattr("index.lexical._AT_ONCE", 50)
    monkeypatch.setattr("index.lexical._IN_MEMORY", 1)
    counting = Counting(tmp_path)
    for text in texts:
        counting.add(text)
    counting.write(tmp_path / "in-pieces")
    once, pieces = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("at-once", "in-pieces"))

    assert once == pieces
    assert len(once) == 5


def test_an_index_on_disk_gives_what_the_one_in_memory_gives(texts: list[str], tmp_path: Path) -> None:
    """Frequencies, postings, scores, and the terms that begin with a letter; none for what stands nowhere."""
    lexical = Lexical.of(texts)
    lexical.save(tmp_path / "index")
    loaded = Lexical.load(tmp_path / "index")

    assert list(loaded.vocabulary()) == list(lexical.vocabulary())
    for term in (*lexical.vocabulary(), "", "a", "zzz", "\uffff", "\udc80"):
        assert loaded.postings(term).tolist() == [row for row, text in enumerate(texts) if term in terms(text)]
        assert loaded.document_frequency(term) == len(loaded.postings(term))
        assert loaded.scores([term]).tolist() == lexical.scores([term]).tolist()
    for letter in "ruz日q\udc80":
        assert list(loaded.beginning(letter)) == [term for term in sorted(lexical.vocabulary()) if term.startswith(letter)]


def test_nothing_to_count_is_an_index_too(tmp_path: Path) -> None:
    """Without texts, and without words in them."""
    for row, texts in enumerate(([], ["", " — "])):
        Lexical.of(texts).save(tmp_path / str(row))
        loaded = Lexical.load(tmp_path / str(row))

        assert (loaded.passages, list(loaded.vocabulary()), loaded.scores(["rain"]).tolist()) == (len(texts), [], [0.0] * len(texts))
