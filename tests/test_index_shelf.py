"""Documents and passages are read where they lie, and are those that were written."""

from __future__ import annotations

import gc
import hashlib
import random
import weakref
from pathlib import Path

import pytest

from index.embedders.hashing import HashingEmbedder
from index.library import Index
from index.manifest import DocumentEntry
from ingest.build import build
from ingest.split import split
from tests.support import read

_KINDS = ("Plain words. And more.", "Ünïcödé “wörds” — 日本語。 Emoji 🌧 here. ", "*Odd* [^1] & <b>marks</b>. ", "عربي ومزيد. ")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Index, Path]:
    """An index of sixty seeded documents, and its corpus."""
    corpus, chance = tmp_path_factory.mktemp("many"), random.Random(9)
    for row in range(60):
        body = "\n\n".join("".join(chance.choices(_KINDS, k=chance.randrange(1, 12))) for _ in range(chance.randrange(1, 9)))
        (corpus / f"{row:02}.md").write_text(f"# Title {row}\n\n{body}\n\n[^1]: A note.\n", encoding="utf-8")
    folder = tmp_path_factory.mktemp("index") / "index"
    build(corpus, folder, embedder=HashingEmbedder(8).name)
    return Index.open(folder), corpus


def test_documents_and_passages_come_back_as_they_were_read(many: tuple[Index, Path]) -> None:
    """Records equal those that reading and cutting the file anew gives, in order; words without the record are the same."""
    index, corpus = many
    expected = [read(path) for path in sorted(corpus.iterdir())]
    passages = [passage for document in expected for passage in split(document)]

    assert list(index.documents) == [document.id for document in expected]
    assert list(index.documents.values()) == expected
    assert list(index.passages) == passages
    assert [index.passage_text(row) for row in range(len(passages))] == [passage.text for passage in passages]
    for document in expected:
        assert [index.passages[row] for row in index.passage_rows[document.id]] == list(split(document))
    assert index.passages[-1] == passages[-1]
    assert list(index.passages[3:9:2]) == passages[3:9:2]
    assert index.manifest.sources == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(corpus.iterdir())}


def test_the_manifest_s_entries_count_what_there_is(many: tuple[Index, Path]) -> None:
    """Passages and sentences of each document, in order."""
    index, _ = many
    entries = list(index.manifest.documents)

    assert [entry.id for entry in entries] == list(index.documents)
    assert sum(entry.passages for entry in entries) == len(index.passages)
    assert sum(entry.sentences for entry in entries) == index.sentences.total
    assert all(isinstance(entry, DocumentEntry) and len(entry.sha256) == 64 for entry in entries)


def test_a_document_that_is_held_is_not_read_again(many: tuple[Index, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Passages of one document hold one text, whatever was read between; what nobody holds is let go of."""
    index, _ = many
    monkeypatch.setattr("index.shelf._KEPT_CHARACTERS", 10)
    rows = index.passage_rows["07.md"]
    first = index.passages[rows[0]]
    gone = weakref.ref(index.documents["08.md"])
    for id_ in list(index.documents):
        assert index.documents[id_].id == id_
    gc.collect()

    assert index.passages[rows[-1]].document is first.document
    assert gone() is None


def test_a_name_that_no_document_has_is_not_found(many: tuple[Index, Path]) -> None:
    """Neither as a key nor among the ids."""
    index, _ = many

    assert "61.md" not in index.documents
    assert 7 not in index.documents
    assert index.documents.get("61.md") is None
    with pytest.raises(KeyError):
        index.passage_rows["\udcff"]
