"""
What an index costs as it grows: building, opening, and a question's way besides the model's own passes.

The texts are made up, and go through the way that every index is written and asked; an embedder that costs nothing stands for the model:
a text's vector is the sum of its words' own random ones, so texts of one subject lie near each other. Every process is measured alone.
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatMatrix, FloatVector, unit_rows
from index.library import Index
from index.manifest import FORMAT, Manifest
from index.records import Block, BlockKind, Document, Hit, Passage, Span
from index.search import Query, search
from index.stores import VectorStore
from index.wording import read
from index.writing import Part, write_parts

SIZES = (1_000, 10_000, 100_000)

_DIM, _FREE = 384, 32
_WORDS, _SUBJECTS, _OF_SUBJECT = 50_000, 2_000, 150
_PASSAGES, _SENTENCES, _LONG = 20, 4, 18  # passages of a document, sentences of a passage, words of a sentence
_QUESTIONS, _COMPARED, _OPENED = 300, 100, 15
_SHARE_OF_SUBJECT = 0.4
_AT_ONCE = 100_000
_Result = TypeVar("_Result")


class Made:
    """The words of the made-up readings, and the embedder that knows them."""

    name, weights, dim = "made-up", "none: made-up", _DIM

    def __init__(self) -> None:
        chance = np.random.default_rng(1)
        letters = np.array(list("bdfgklmnprstvz")), np.array(list("aeiou"))
        drawn = [letters[place % 2][chance.integers(0, len(letters[place % 2]), _WORDS)] for place in range(8)]
        lengths = chance.integers(4, 9, _WORDS)
        self.words = ["".join(word)[:length] for word, length in zip(zip(*drawn, strict=True), lengths, strict=True)]
        self._rows = {word: row for row, word in enumerate(self.words)}
        self._often = 1 / np.arange(20, _WORDS + 20)  # Zipf's law, without the few words that every sentence has
        self._often = np.cumsum(self._often / self._often.sum())
        self._subjects = chance.integers(0, _WORDS, (_SUBJECTS, _OF_SUBJECT))
        # Of few dimensions and some noise, as a model's are: vectors that go everywhere lie in no lists.
        self._directions = (chance.normal(size=(_WORDS, _FREE)) @ chance.normal(size=(_FREE, _DIM)) / _FREE**0.5).astype(np.float32)
        self._directions += 0.2 * chance.normal(size=(_WORDS, _DIM)).astype(np.float32)
        self._directions[:200] *= 0.2  # frequent words say little

    def parts(self, passages: int) -> Iterator[Part]:
        """Documents of so many passages together."""
        for row in range(-(-passages // _PASSAGES)):
            yield self._part(row, min(_PASSAGES, passages - row * _PASSAGES))

    def questions(self, documents: int, count: int) -> list[str]:
        """Words of sentences that stand in the readings, a word of another subject among them."""
        chance = np.random.default_rng(2)
        found = []
        for _ in range(count):
            numbers = self._numbers(int(chance.integers(0, documents)))[0, int(chance.integers(0, _SENTENCES))]
            words = [self.words[number] for number in chance.choice(numbers, 6, replace=False)]
            found.append(f"What is {' '.join(words[:5])} of {self.words[int(chance.integers(0, _WORDS))].capitalize()}?")
        return found

    def embed_query(self, text: str) -> FloatVector:
        """The vector of a question; words that are none of ours count for nothing."""
        rows = [self._rows[word] for word in text.casefold().replace("?", "").split() if word in self._rows]
        vector: FloatVector = unit_rows(self._directions[rows].sum(axis=0) if rows else self._directions[0])[0]
        return vector

    def embed_passages(self, passages: Sequence[Passage], *, progress: Callable[[int], None] = lambda _: None) -> Any:
        """Not needed: the readings come with their vectors."""
        raise NotImplementedError

    def knows(self, word: str) -> bool:  # noqa: ARG002
        """See `Embedder`."""
        return True

    def _numbers(self, row: int) -> NDArray[np.int64]:
        """The words of a document's sentences; shape (passages, sentences, words)."""
        chance = np.random.default_rng([3, row])
        shape = (_PASSAGES, _SENTENCES, _LONG)
        usual = np.searchsorted(self._often, chance.random(shape))
        own = self._subjects[row % _SUBJECTS][chance.integers(0, _OF_SUBJECT, shape)]
        return np.minimum(np.where(chance.random(shape) < _SHARE_OF_SUBJECT, own, usual), _WORDS - 1)

    def _part(self, row: int, count: int) -> Part:
        numbers = self._numbers(row)[:count]
        title = f"{self.words[self._subjects[row % _SUBJECTS][0]]} {self.words[row % _WORDS]}"
        text, blocks, sentences = "", [], []
        for passage in numbers.tolist():
            start = len(text)
            spans = []
            for sentence in passage:
                words = f"{' '.join([self.words[number] for number in sentence]).capitalize()}."
                spans.append(Span(len(text), len(text) + len(words)))
                text += f"{words} "
            text = f"{text[:-1]}\n\n"
            blocks.append(Block(BlockKind.PARAGRAPH, 0, Span(start, len(text) - 2)))
            sentences.append(tuple(spans))
        document = Document(f"{row}.txt", f"{row}.txt", {"title": title}, text[:-2], (), tuple(blocks))
        sums = self._directions[numbers].sum(axis=2)
        return Part(
            document,
            _extraction(),
            "0" * 64,
            [Passage(document, spans) for spans in sentences],
            unit_rows(sums.sum(axis=1)),
            unit_rows((sums + 0.3 * sums.sum(axis=1, keepdims=True)).reshape(-1, _DIM)),  # a sentence in its context
        )


@dataclass(frozen=True, slots=True)
class _Free:
    """An evidence reader that costs nothing, for what is around it to be measured."""

    def judge(self, question: str, passages: Sequence[Passage]) -> Any:  # noqa: ARG002
        from chat.evidence import Judgement

        return [Judgement(0.0, tuple(0.0 for _ in passage.sentences), ()) for passage in passages]


@dataclass(frozen=True, slots=True)
class _Exact:
    """What an exact search over the same rows finds, worked out for all questions at once."""

    store: Any
    found: dict[bytes, list[tuple[int, float]]]

    @classmethod
    def of(cls, store: Any, vectors: FloatMatrix, k: int) -> _Exact:
        best: list[list[tuple[float, int]]] = [[] for _ in vectors]
        for start in range(0, len(store), _AT_ONCE):
            cosines = vectors @ np.asarray(store.matrix[start : start + _AT_ONCE], dtype=np.float32).T
            rows = np.argpartition(-cosines, min(k, cosines.shape[1]) - 1, axis=1)[:, :k]
            for question, here in enumerate(rows.tolist()):
                found = [(-float(cosines[question, row]), start + row) for row in here]
                best[question] = sorted([*best[question], *found])[:k]
        return cls(store, {vector.tobytes(): [(row, -less) for less, row in kept] for vector, kept in zip(vectors, best, strict=True)})

    def __len__(self) -> int:
        return len(self.store)

    def search(self, query: FloatVector, k: int) -> list[tuple[int, float]]:
        return self.found[query.tobytes()][:k]

    def vectors(self, rows: Any) -> FloatMatrix:
        taken: FloatMatrix = self.store.vectors(rows)
        return taken


def rows(sizes: Sequence[int] = SIZES) -> Iterator[dict[str, str]]:
    """The table's rows, size by size as they are measured; opening is compared with that of the first."""
    first = 0.0
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="footnoted-scale-") as temporary:
            place = Path(temporary) / "index"
            built = _apart(_build, place, size)
            asked = _apart(_ask, place, size)
            first = first or asked["open"]
            yield _row(size, built, asked, asked["open"] / first)


def _row(size: int, built: dict[str, float], asked: dict[str, Any], times: float) -> dict[str, str]:
    def milliseconds(name: str) -> str:
        found = sorted(asked[name])
        return f"{1000 * median(found):.1f} / {1000 * found[int(0.99 * (len(found) - 1))]:.1f}"

    return {
        "passages": f"{size:,}",
        "sentences": f"{asked['sentences']:,}",
        "build, s": f"{built['seconds']:.0f}",
        "of it lists, s": f"{built['lists']:.0f}",
        "build, MB of memory": f"{built['megabytes']:,.0f}",
        "on disk, MB": f"{asked['disk'] / 1e6:,.0f}",
        "open, ms": f"{1000 * asked['open']:.1f}",
        "… times the first": f"{times:.1f}",
        "asking, MB of memory": f"{asked['megabytes']:,.0f}",
        "a question, ms (median / 99 %)": milliseconds("all"),
        "… of it this thread's CPU": milliseconds("cpu"),
        "reading it": milliseconds("reading"),
        "search": milliseconds("search"),
        "quoting": milliseconds("quoting"),
        "nearest sentences, recall@10": f"{asked['nearest']:.3f}",
        "hits, recall@10": f"{asked['recall']:.3f}",
    }


def _build(folder: Path, size: int) -> dict[str, float]:
    import index.vectors

    made, lists = Made(), 0.0
    closing = index.vectors.VectorWriter.close

    def timed(self: Any) -> None:
        nonlocal lists
        began = time.perf_counter()
        closing(self)
        lists += time.perf_counter() - began

    index.vectors.VectorWriter.close = timed  # type: ignore[method-assign]
    began = time.perf_counter()
    manifest = Manifest(
        format=FORMAT,
        embedder=made.name,
        weights=made.weights,
        dim=_DIM,
        precision="float32",
        max_characters=900,
        sources={},
        skipped={},
        documents=(),
        files={},
    )
    write_parts(folder, manifest, _told(made.parts(size), -(-size // _PASSAGES)))
    # The most it ever had, with what it had mapped of the files that it wrote.
    return {"seconds": time.perf_counter() - began, "lists": lists, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _ask(folder: Path, size: int) -> dict[str, Any]:
    from chat.answerers.extractive import ExtractiveAnswerer
    from chat.asking import PASSAGES

    made = Made()
    documents = -(-size // _PASSAGES)
    questions = made.questions(documents, _QUESTIONS)
    before = _own_megabytes()
    opened = [_timed(lambda: Index.open(folder))[0] for _ in range(_OPENED)]
    index = Index.open(folder)
    answerer = ExtractiveAnswerer(reader=_Free())
    taken: dict[str, list[float]] = {"reading": [], "search": [], "quoting": [], "all": [], "cpu": []}
    for question in questions:
        busy = time.thread_time()
        reading, query = _timed(lambda: read(Query(question), index, knows=made.knows))  # noqa: B023
        searching, hits = _timed(lambda: search(index, made, query, k=PASSAGES))  # noqa: B023
        quoting, _ = _timed(lambda: answerer.answer(query, hits, index))  # noqa: B023
        for name, seconds in (("reading", reading), ("search", searching), ("quoting", quoting), ("all", reading + searching + quoting)):
            taken[name].append(seconds)
        taken["cpu"].append(time.thread_time() - busy)
    used = _own_megabytes() - before
    nearest, recall = _recalls(index, made, [read(Query(question), index, knows=made.knows) for question in questions[:_COMPARED]])
    return {
        **taken,
        "open": median(opened),
        "megabytes": used,
        "disk": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        "sentences": index.sentences.total,
        "nearest": nearest,
        "recall": recall,
    }


def _recalls(index: Index, made: Made, queries: Sequence[Query]) -> tuple[float, float]:
    """Of the ten nearest sentences, and of the ten best hits, the share that is found with lists: 1 where search is exact."""
    vectors = np.array([made.embed_query(query.embedded) for query in queries])
    passages, sentences = (_Exact.of(store, vectors, 100) for store in (index.passage_vectors, index.sentence_vectors))
    exact = replace(index, passage_vectors=cast("VectorStore", passages), sentence_vectors=cast("VectorStore", sentences))
    nearest = [_shared(index.sentence_vectors.search(vector, 100)[:10], sentences.search(vector, 10)) for vector in vectors]
    hits = [_shared([_key(h) for h in search(index, made, q)], [_key(h) for h in search(exact, made, q)]) for q in queries]
    return float(np.mean(nearest)), float(np.mean(hits))


def _key(hit: Hit) -> tuple[str, int]:
    return hit.passage.document.id, hit.passage.span.start


def _shared(found: Sequence[Any], right: Sequence[Any]) -> float:
    first = {each[0] if isinstance(each[0], int) else each for each in found}
    second = {each[0] if isinstance(each[0], int) else each for each in right}
    return len(first & second) / len(second)


def _timed(do: Callable[[], _Result]) -> tuple[float, _Result]:
    began = time.perf_counter()
    found = do()
    return time.perf_counter() - began, found


def _apart(do: Callable[[Path, int], _Result], folder: Path, size: int) -> _Result:
    """What it gives in a process of its own, whose memory nothing else counts in."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(do, folder, size).result()


def _own_megabytes() -> float:
    """The memory of this process that is its own: mapped files are the system's, which drops them when it needs room."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


def _told(parts: Iterator[Part], count: int) -> Iterator[Part]:
    from tqdm import tqdm

    yield from tqdm(parts, desc="building", total=count, leave=False, disable=None)


def _extraction() -> Any:
    from index.extraction import NOTHING_NOTED

    return NOTHING_NOTED
