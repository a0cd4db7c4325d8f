"""What the tests of the source pane share: indexes to look at, and answers that quote what they are told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chat.answer import Answer, Quote
from chat.conversation import Turn
from index.embedders.hashing import HashingEmbedder
from index.library import Index
from ingest.build import build

WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
SIZES = [pytest.param(WIDE, id="wide"), pytest.param(PHONE, id="phone")]


def answering(quotes: Sequence[Quote]) -> Callable[[str, Sequence[Turn]], Answer]:
    """Whatever is asked, these are quoted."""
    return lambda question, _: Answer(question, tuple(quotes), "", (), 0.9)


def index_of(folder: Path, **texts: str) -> Index:
    """An index of Markdown files with these names and texts, and of what lies in the folder `corpus` already."""
    corpus = folder / "corpus"
    corpus.mkdir(exist_ok=True)
    for name, text in texts.items():
        (corpus / f"{name}.md").write_text(text, encoding="utf-8")
    build(corpus, folder / "index", embedder=HashingEmbedder().name)
    return Index.open(folder / "index")
