"""Vectors are searched exactly while they are few, and through lists when they are many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.arrays import unit_rows
from index.stores.faiss import FaissStore
from index.stores.ivf import IvfStore, lists_for
from index.stores.numpy import NumpyStore
from index.vectors import VectorWriter, open_vectors


def _rows(count: int) -> np.ndarray:
    """Unit rows around some centres, so that lists are worth looking into."""
    chance = np.random.default_rng(8)
    return unit_rows(chance.normal(size=(50, 32))[chance.integers(0, 50, count)] + chance.normal(size=(count, 32)))


@pytest.mark.parametrize(("count", "kind"), [(0, FaissStore), (1, FaissStore), (300, FaissStore), (301, IvfStore), (1000, IvfStore)])
def test_a_store_is_chosen_by_size_and_written_in_pieces(count: int, kind: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to a number of rows they are kept as they are; beyond it in half precision, with lists; the same whatever the pieces."""
    monkeypatch.setattr("index.vectors.MOST_EXACT", 300)
    rows = _rows(count)
    for name, step in (("a", 7), ("b", 400)):
        with VectorWriter(tmp_path / name, 32) as writer:
            for start in range(0, count, step):
                writer.add(rows[start : start + step])
    store = open_vectors(tmp_path / "a")

    assert type(store) is kind
    assert len(store) == count
    assert store.vectors(range(count)).tolist() == kind.of(rows).vectors(range(count)).tolist()
    assert {path.name[1:]: path.read_bytes() for path in tmp_path.glob("a*")} == {
        path.name[1:]: path.read_bytes() for path in tmp_path.glob("b*")
    }


def test_lists_find_nearly_all_that_there_is_to_find() -> None:
    """Of the ten nearest of 20,000 rows, at least .98 on average."""
    rows = _rows(20_000)
    store, exact = IvfStore.of(rows), NumpyStore.of(rows)
    queries = unit_rows(rows[::400] + 0.1 * np.random.default_rng(2).normal(size=(50, 32)))
    shared = [len({row for row, _ in store.search(query, 100)[:10]} & {row for row, _ in exact.search(query, 10)}) for query in queries]

    assert lists_for(20_000) == 500
    assert np.mean(shared) >= 9.8


def test_vectors_in_half_precision_stay_as_they_are_when_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken from an old index gives the same bytes in a new one."""
    monkeypatch.setattr("index.vectors.MOST_EXACT", 10)
    with VectorWriter(tmp_path / "a", 32) as writer:
        writer.add(_rows(100))
    with VectorWriter(tmp_path / "b", 32) as writer:
        writer.add(open_vectors(tmp_path / "a").vectors(range(100)))

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
