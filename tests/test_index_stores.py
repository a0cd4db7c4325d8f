"""Every vector store keeps the contract, and agrees with the exact one."""

from __future__ import annotations

import importlib
import pkgutil

import numpy as np
import pytest

import index.stores
from index.arrays import unit_rows
from index.errors import DamagedIndex
from index.stores.numpy import NumpyStore


def _stores():
    for found in pkgutil.iter_modules(index.stores.__path__):
        module = importlib.import_module(f"index.stores.{found.name}")
        yield next(value for name, value in vars(module).items() if name.endswith("Store") and value.__module__ == module.__name__)


STORES = list(_stores())
_OFF = {"IvfStore": 5e-4}  # rows in half precision; the others are exact


def _close(store, found, exact):
    return np.allclose(found, exact, rtol=0, atol=_OFF.get(store.__name__, 1e-6))


@pytest.fixture
def rows():
    """Sixty random unit rows, the last of which stands twice."""
    matrix = unit_rows(np.random.default_rng(5).normal(size=(60, 16)))
    matrix[58] = matrix[59]
    return matrix


@pytest.mark.parametrize("store", STORES)
def test_a_store_agrees_with_the_exact_one(store, rows):
    """Rows and cosines are those of a matrix product, to 1e-6, or what half precision leaves."""
    for query in rows[:10]:
        found, exact = store.of(rows).search(query, 7), NumpyStore.of(rows).search(query, 7)

        assert [row for row, _ in found] == [row for row, _ in exact]
        assert _close(store, [cosine for _, cosine in found], [cosine for _, cosine in exact])


@pytest.mark.parametrize("store", STORES)
def test_a_store_gives_no_row_it_does_not_have(store, rows):
    """Asked for more than there is, it gives what there is; asked for nothing, nothing."""
    assert sorted(row for row, _ in store.of(rows).search(rows[0], 500)) == list(range(60))
    assert store.of(rows).search(rows[0], 0) == []
    assert store.of(rows[:0]).search(rows[0], 5) == []


@pytest.mark.parametrize("store", STORES)
def test_ties_come_in_the_order_of_rows(store, rows):
    """Two rows with the same vector come lower row first."""
    assert [row for row, _ in store.of(rows).search(rows[59], 2)] == [58, 59]


@pytest.mark.parametrize("store", STORES)
def test_a_store_comes_back_from_its_file(store, rows, tmp_path):
    """Saved and loaded, it holds the same rows, and the same rows give the same bytes."""
    store.of(rows).save(tmp_path / "a")
    store.of(rows).save(tmp_path / "b")
    loaded = store.load(tmp_path / "a")

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert len(loaded) == 60
    assert np.array_equal(loaded.vectors([3, 59, 0]), store.of(rows).vectors([3, 59, 0]))
    assert _close(store, loaded.vectors([3, 59, 0]), rows[[3, 59, 0]])
    assert loaded.search(rows[5], 7) == store.of(rows).search(rows[5], 7)
    assert loaded.vectors([]).shape == (0, 16)


@pytest.mark.parametrize("store", STORES)
def test_a_file_that_holds_no_store_is_named(store, tmp_path):
    """A file of other bytes raises DamagedIndex."""
    (tmp_path / "vectors").write_bytes(b"nothing of the kind")

    with pytest.raises(DamagedIndex, match="vectors"):
        store.load(tmp_path / "vectors")
