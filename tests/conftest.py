"""Shared by all tests: no network but loopback, and the golden files' option."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from index.embedders.hashing import HashingEmbedder
from index.library import Index
from ingest.build import build
from tests.support import CORPUS

_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew (default: compare with them)")


@pytest.fixture
def update_golden(pytestconfig: pytest.Config) -> bool:
    """Whether golden files are to be written anew."""
    return bool(pytestconfig.getoption("--update-golden"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets reach this machine only: a test that needs the network fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family != socket.AF_UNIX and not str(host).startswith(_LOOPBACK):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Default index folders land in a folder of the test run, not in the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="session")
def brief_index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index of the shipped corpus with hashed vectors: quick, and enough for what is not about meaning."""
    folder = tmp_path_factory.mktemp("brief") / "index"
    build(CORPUS, folder, embedder=HashingEmbedder().name)
    return Index.open(folder)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """An empty corpus folder."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an index may be written."""
    return tmp_path / "index"
