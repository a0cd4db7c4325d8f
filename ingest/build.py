"""A corpus folder to an index folder, and the report of what happened. Only documents that changed are embedded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from index.arrays import FloatMatrix
from index.corpus import corpus_files, fingerprint
from index.embedders import DEFAULT_EMBEDDER, open_embedder, weights_of
from index.errors import DamagedIndex, EmptyCorpus, IndexMismatch, UnusableFolder
from index.extraction import ExtractionReport, Verdict, report
from index.library import Index
from index.manifest import FORMAT, DocumentEntry, Manifest
from index.records import Passage
from index.writing import document_line, passage_line, prepare, write
from ingest.metadata import SIDECAR_SUFFIX
from ingest.readers import DEFAULTS, Options, Reading, Skipped, readers
from ingest.split import MAX_CHARACTERS, split
from ingest.worker import UNHURRIED, File, Limits, Workers

_Vectors = tuple[FloatMatrix, FloatMatrix]  # of a document's passages and of their sentences


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What became of a corpus."""

    documents: tuple[ExtractionReport, ...]
    skipped: tuple[Skipped, ...]
    embedded: int  # passages embedded in this run
    reused: int  # passages whose vectors were taken from the index that was there


@dataclass(frozen=True, slots=True)
class Settings:
    """How a corpus is read and cut. The defaults are those we recommend."""

    max_characters: int = MAX_CHARACTERS  # longest passage
    options: Options = DEFAULTS
    limits: Limits = UNHURRIED
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)  # files read at once


RECOMMENDED = Settings()


@dataclass(frozen=True)  # without slots: it remembers its hash
class _Part:
    """One document on its way."""

    reading: Reading
    passages: tuple[Passage, ...]

    @property
    def report(self) -> ExtractionReport:
        return report(self.reading.document, self.reading.extraction, passages=len(self.passages))

    @cached_property
    def sha256(self) -> str:
        """Of the record and its passages."""
        lines = (document_line(self.reading.document), *(passage_line(0, passage) for passage in self.passages))
        return hashlib.sha256(b"\n".join(lines)).hexdigest()

    @property
    def entry(self) -> DocumentEntry:
        document = self.reading.document
        return DocumentEntry(document.id, document.source, self.sha256, len(self.passages), sum(len(p.sentences) for p in self.passages))


@dataclass(frozen=True, slots=True)
class _Gathered:
    """A corpus, read."""

    parts: list[_Part] = field(default_factory=list)  # to be indexed
    reports: list[ExtractionReport] = field(default_factory=list)  # on these, and on documents that are unusable
    skipped: list[Skipped] = field(default_factory=list)


def examine(
    corpus: Path, *, settings: Settings = RECOMMENDED, reading: Callable[[str, int], None] = lambda _name, _all: None
) -> BuildReport:
    """
    The report of a corpus without an index: nothing is embedded, nothing is written.

    See `build` for the arguments and errors.
    """
    gathered = _gather(corpus, settings, reading)
    return BuildReport(tuple(gathered.reports), tuple(gathered.skipped), 0, 0)


def build(
    corpus: Path,
    folder: Path,
    *,
    embedder: str = DEFAULT_EMBEDDER,
    settings: Settings = RECOMMENDED,
    reading: Callable[[str, int], None] = lambda _name, _all: None,
    embedding: Callable[[int, int], None] = lambda _done, _all: None,
) -> BuildReport:
    """
    Read a corpus folder and write its index folder.

    `reading` is told each file's name when its turn comes and how many there are, `embedding` how many passages were just embedded and
    how many there are to embed.

    Raises EmptyCorpus when no document can be indexed, UnusableFolder, UnusableEmbedder. The old index stays whole until the new one is.
    """
    sources = fingerprint(corpus)
    _check_apart(corpus, folder)
    prepare(folder)
    gathered = _gather(corpus, settings, reading)
    parts, skipped = gathered.parts, gathered.skipped
    if not parts:
        raise EmptyCorpus(_nothing(corpus, skipped))
    weights = weights_of(embedder)
    old = _vectors_of(folder, embedder, weights)
    new = [part for part in parts if part.sha256 not in old]
    vectors = old | _embed(new, embedder, embedding)
    manifest = Manifest(
        format=FORMAT,
        embedder=embedder,
        weights=weights,
        dim=next(iter(vectors.values()))[0].shape[1],
        max_characters=settings.max_characters,
        sources=sources,
        skipped={part.source: part.reason for part in skipped},
        documents=tuple(part.entry for part in parts),
        files={},
    )
    write(
        folder,
        manifest,
        documents=[(part.reading.document, part.reading.extraction) for part in parts],
        passages=[passage for part in parts for passage in part.passages],
        vectors=(
            np.concatenate([vectors[part.sha256][0] for part in parts]),
            np.concatenate([vectors[part.sha256][1] for part in parts]),
        ),
    )
    embedded = sum(len(part.passages) for part in new)
    reused = sum(len(part.passages) for part in parts) - embedded
    return BuildReport(tuple(gathered.reports), tuple(skipped), embedded, reused)


def _gather(corpus: Path, settings: Settings, reading: Callable[[str, int], None]) -> _Gathered:
    """Every document of a corpus, in order of the files' names, and what is not among them and why."""
    gathered = _Gathered()
    for found in _unique(_read(corpus, settings, reading)):
        if isinstance(found, Skipped):
            gathered.skipped.append(found)
            continue
        part = _Part(found, split(found.document, max_characters=settings.max_characters))
        if not part.passages:
            gathered.skipped.append(Skipped(found.document.id, "holds no text; remove it, or put text in it"))
            continue
        examined = part.report
        gathered.reports.append(examined)
        if examined.verdict is Verdict.UNUSABLE:
            share = f"{examined.odd_share:.0%} of its characters stand for no letter"
            gathered.skipped.append(Skipped(found.document.id, f"is unusable: {share}; get another copy of it, or read it with --ocr"))
        else:
            gathered.parts.append(part)
    return gathered


def _read(corpus: Path, settings: Settings, reading: Callable[[str, int], None]) -> Iterator[Reading | Skipped]:
    """Every document of a corpus, and every file or line that is none, in order of the files' names."""
    found = {source: path for source, path in corpus_files(corpus).items() if not source.endswith(SIDECAR_SUFFIX)}
    reasons = {source: reason for source, path in found.items() if (reason := _why_not(path))}
    files = [File(source, path) for source, path in found.items() if source not in reasons]
    with Workers(jobs=max(1, min(settings.jobs, len(files))), options=settings.options, limits=settings.limits) as workers:
        readings = workers.read(files, started=lambda source: reading(source, len(files)))
        for source in found:
            yield from [Skipped(source, reasons[source])] if source in reasons else next(readings)


def _why_not(path: Path) -> str:
    """Why a file is not even tried; '' for one that is."""
    if not path.is_file():
        return "is a link to a folder, a broken link or no regular file; copy what it leads to into the corpus"
    if path.name.casefold() in ("readme.md", "license.md"):
        return "describes the folder and is not read; rename it if it is a reading"
    if path.suffix.lower() not in readers():
        return f"has an ending that is not read; known are {' '.join(sorted(readers()))}"
    return ""


def _unique(found: Iterator[Reading | Skipped]) -> Iterator[Reading | Skipped]:
    """The same, but a document whose id was taken is skipped."""
    taken: dict[str, str] = {}
    for part in found:
        if isinstance(part, Skipped):
            yield part
        elif part.document.id in taken:
            yield Skipped(f"{part.document.source}: {part.document.id}", f"has an id that {taken[part.document.id]} has too; change one")
        else:
            taken[part.document.id] = part.document.source
            yield part


def _vectors_of(folder: Path, embedder: str, weights: str) -> dict[str, _Vectors]:
    """The vectors that stand in an index folder, by their document's hash; none where there is no index that can be used."""
    try:
        index = Index.open(folder)
    except (UnusableFolder, IndexMismatch, DamagedIndex):
        return {}
    if (index.manifest.embedder, index.manifest.weights) != (embedder, weights):
        return {}
    return {
        entry.sha256: (
            index.passage_vectors.vectors(rows),
            index.sentence_vectors.vectors(range(index.sentences.of(rows[0]).start, index.sentences.of(rows[-1]).stop)),
        )
        for entry in index.manifest.documents
        for rows in (index.passage_rows[entry.id],)
    }


def _embed(parts: list[_Part], embedder: str, embedding: Callable[[int, int], None]) -> dict[str, _Vectors]:
    """The vectors of these documents, by their hash. The embedder is loaded only if there is something to embed."""
    passages = [passage for part in parts for passage in part.passages]
    if not passages:
        return {}
    embedding(0, len(passages))
    whole, sentences = open_embedder(embedder).embed_passages(passages, progress=lambda done: embedding(done, len(passages)))
    vectors: dict[str, _Vectors] = {}
    passage_row = sentence_row = 0
    for part in parts:
        entry = part.entry
        vectors[part.sha256] = (
            whole[passage_row : passage_row + entry.passages],
            sentences[sentence_row : sentence_row + entry.sentences],
        )
        passage_row += entry.passages
        sentence_row += entry.sentences
    return vectors


def _check_apart(corpus: Path, folder: Path) -> None:
    """An index inside its corpus would be read as a reading next time, and a corpus inside an index is in its way."""
    inside, outside = folder.resolve(), corpus.resolve()
    if inside.is_relative_to(outside) or outside.is_relative_to(inside):
        raise UnusableFolder(f"index '{folder}' and corpus '{corpus}' lie in one another; name an index folder outside the corpus")


def _nothing(corpus: Path, skipped: list[Skipped]) -> str:
    if not skipped:
        return f"'{corpus}' is empty; put readings ({' '.join(sorted(readers()))}) in it"
    more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
    return f"nothing to index in '{corpus}': {skipped[0].source} {skipped[0].reason}{more}"
