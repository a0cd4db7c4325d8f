"""How fast passages are embedded, beside the plain way in the same run, and what reading PDFs at the same time saves."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from index.corpus import SHIPPED_CORPUS
from index.embedders.sentence_transformer import SentenceTransformerEmbedder
from index.library import Index
from index.records import Passage
from ingest.build import build, examine

_RUNS = 3  # of each way, in turn
_PASSAGES = 96  # of a set, evenly taken
_COMPARED = 24  # in both number formats: without the instructions bfloat16 takes a second a passage
_CONTRACTS_READ = 6
_PAPERS, _CONTRACTS = "covidqa_25docs/docs", "cuad_15contracts/pdf"


def rows(data: Path | None) -> Iterator[dict[str, str]]:
    """The table's rows; those of sets that are not in the folder are left out."""
    embedder = SentenceTransformerEmbedder.open("all-MiniLM-L6-v2")
    sets = {"brief": SHIPPED_CORPUS} | ({"covidqa_25docs": data / _PAPERS} if data and (data / _PAPERS).is_dir() else {})
    passages: Sequence[Passage] = ()
    for name, corpus in sets.items():
        passages = _passages(corpus)
        texts = [passage.text for passage in passages]
        plain, ours = _in_turn(partial(embedder.model.encode, texts), partial(embedder.embed_passages, passages))
        yield _row(f"{name}: plain way, passages a second", f"{len(passages) / median(plain):.1f}")
        yield _row(f"{name}: ours, in {embedder.precision}", f"{len(passages) / median(ours):.1f}")
        ratios = sorted(slow / quick for slow, quick in zip(plain, ours, strict=True))
        yield _row("… times the plain way's", f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    yield _row("lowest cosine of bfloat16 to float32", f"{_lowest_cosine(embedder, passages[:_COMPARED]):.4f}")
    if data and (data / _CONTRACTS).is_dir():
        yield from _overlap(data / _CONTRACTS, embedder)


def _passages(corpus: Path) -> list[Passage]:
    """Passages of a corpus, from all of it."""
    with tempfile.TemporaryDirectory() as work:
        build(corpus, Path(work) / "index", embedder="hashing-8")
        found = list(Index.open(Path(work) / "index").passages)
        return [found[int(row)] for row in np.unique(np.linspace(0, len(found) - 1, _PASSAGES).astype(int))]


def _in_turn(*ways: Callable[[], object]) -> list[list[float]]:
    """The seconds that each way takes, each time; once before that is not counted."""
    found: list[list[float]] = [[] for _ in ways]
    for _ in range(_RUNS + 1):
        for way, seconds in zip(ways, found, strict=True):
            seconds.append(_timed(way))
    return [seconds[1:] for seconds in found]


def _timed(way: Callable[[], object]) -> float:
    started = time.perf_counter()
    way()
    return time.perf_counter() - started


def _lowest_cosine(embedder: SentenceTransformerEmbedder, passages: Sequence[Passage]) -> float:
    """Of passages and sentences alike."""
    both = [replace(embedder, precision=precision).embed_passages(passages) for precision in ("float32", "bfloat16")]
    return min(float(np.sum(exact * rough, axis=1).min()) for exact, rough in zip(*both, strict=True))


def _overlap(corpus: Path, embedder: SentenceTransformerEmbedder) -> Iterator[dict[str, str]]:
    """Reading PDFs alone, embedding what is in them alone, and both in one build; the share of the shorter that the longer hides."""
    with tempfile.TemporaryDirectory() as work:
        some = Path(work) / "corpus"
        some.mkdir()
        for path in sorted(corpus.iterdir())[:_CONTRACTS_READ]:
            shutil.copy(path, some)
        corpus = some
        reading = _timed(lambda: examine(corpus))
        together = _timed(lambda: build(corpus, Path(work) / "index"))
        passages = list(Index.open(Path(work) / "index").passages)
        embedding = _timed(lambda: embedder.embed_passages(passages))
    yield _row("six contracts: reading the PDFs alone, seconds", f"{reading:.1f}")
    yield _row("… embedding alone, its model loaded", f"{embedding:.1f}")
    yield _row("… both in one build, with loading the model and writing", f"{together:.1f}")
    yield _row("… share of the reading that embedding hides", f"{max(0.0, reading + embedding - together) / min(reading, embedding):.2f}")


def _row(what: str, figure: str) -> dict[str, str]:
    return {"what": what, "figure": figure}
