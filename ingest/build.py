"""
A corpus folder to an index folder, and the report of what happened. Only documents that changed are embedded.

One build at a time works on an index folder: another waits, and then takes over what the first has embedded. A file that changes while it
is read is read again, so that what is in the index is what the file held at one moment, whose hash the index knows.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from index.corpus import corpus_files, fingerprint, hash_of_file
from index.embedders import DEFAULT_EMBEDDER, precision_of, weights_of
from index.errors import EmptyCorpus, UnusableFolder
from index.extraction import ExtractionReport, Verdict, report
from index.locking import held
from index.manifest import FORMAT, DocumentEntry, Manifest
from index.records import Passage
from index.writing import document_line, passage_line, prepare, write
from ingest.earlier import Earlier
from ingest.embedding import Embedding
from ingest.metadata import SIDECAR_SUFFIX
from ingest.readers import DEFAULTS, Options, Reading, Skipped, readers
from ingest.split import MAX_CHARACTERS, split
from ingest.worker import UNHURRIED, File, Limits, Workers

_TIMES = 3  # that a file is read which changes meanwhile


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What became of a corpus."""

    documents: tuple[ExtractionReport, ...]
    skipped: tuple[Skipped, ...]
    embedded: int  # passages embedded in this run
    reused: int  # passages whose vectors were there: in the index that is replaced, or of the same words elsewhere in the corpus


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
    gathered = _gather(corpus, fingerprint(corpus), settings, reading)
    return BuildReport(tuple(gathered.reports), tuple(gathered.skipped), 0, 0)


def build(
    corpus: Path,
    folder: Path,
    *,
    embedder: str = DEFAULT_EMBEDDER,
    settings: Settings = RECOMMENDED,
    reading: Callable[[str, int], None] = lambda _name, _all: None,
    embedding: Callable[[int, int], None] = lambda _done, _all: None,
    waiting: Callable[[], None] = lambda: None,
) -> BuildReport:
    """
    Read a corpus folder and write its index folder.

    `reading` is told each file's name when its turn comes and how many there are, `embedding` how many passages were just embedded and
    how many there are to embed as far as the files are read, perhaps from another thread. `waiting` is told when another build works on
    this index folder.

    Raises EmptyCorpus when no document can be indexed, UnusableFolder, UnusableEmbedder. The old index stays whole until the new one is.
    """
    corpus_files(corpus)  # whether there is such a folder, before anything is made
    _check_apart(corpus, folder)
    weights = weights_of(embedder)
    prepare(folder)
    with held(folder, waiting=waiting):
        sources = fingerprint(corpus)
        earlier = Earlier.open(folder, embedder, weights)
        with Embedding(embedder, embedding) as pipeline:
            gathered = _gather(
                corpus, sources, settings, reading, lambda part: None if part.sha256 in earlier else pipeline.add(part.passages)
            )
            if not gathered.parts:
                raise EmptyCorpus(_nothing(corpus, gathered.skipped))
            new = [part for part in gathered.parts if part.sha256 not in earlier]
            embedded = pipeline.vectors([part.passages for part in new])
        of_new = {part.sha256: vectors for part, vectors in zip(new, embedded, strict=True)}
        vectors = [of_new.get(part.sha256) or earlier.vectors(part.sha256) for part in gathered.parts]
        manifest = Manifest(
            format=FORMAT,
            embedder=embedder,
            weights=weights,
            dim=vectors[0][0].shape[1],
            precision=precision_of(embedder),
            max_characters=settings.max_characters,
            sources=sources,
            skipped={part.source: part.reason for part in gathered.skipped},
            documents=tuple(part.entry for part in gathered.parts),
            files={},
        )
        write(
            folder,
            manifest,
            documents=[(part.reading.document, part.reading.extraction) for part in gathered.parts],
            passages=[passage for part in gathered.parts for passage in part.passages],
            vectors=(np.concatenate([whole for whole, _ in vectors]), np.concatenate([sentences for _, sentences in vectors])),
        )
    reused = sum(len(part.passages) for part in gathered.parts) - len(pipeline)
    return BuildReport(tuple(gathered.reports), tuple(gathered.skipped), len(pipeline), reused)


def _gather(
    corpus: Path,
    sources: dict[str, str],
    settings: Settings,
    reading: Callable[[str, int], None],
    use: Callable[[_Part], None] = lambda _: None,
) -> _Gathered:
    """
    Every document of a corpus, in order of the files' names, and what is not among them and why.

    `sources` is the corpus's fingerprint, and becomes that of what was read. `use` is given what is to be indexed as soon as it is read.
    """
    gathered = _Gathered()
    for found in _unique(_read(corpus, sources, settings, reading)):
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
            use(part)
    return gathered


def _read(corpus: Path, sources: dict[str, str], settings: Settings, reading: Callable[[str, int], None]) -> Iterator[Reading | Skipped]:
    """Every document of a corpus, and every file or line that is none, in order of the files' names."""
    found = {source: path for source, path in corpus_files(corpus).items() if not source.endswith(SIDECAR_SUFFIX)}
    reasons = {source: reason for source, path in found.items() if (reason := _why_not(path))}
    files = [File(source, path) for source, path in found.items() if source not in reasons]
    with Workers(jobs=max(1, min(settings.jobs, len(files))), options=settings.options, limits=settings.limits) as workers:
        readings = workers.read(files, started=lambda source: reading(source, len(files)))
        for source, path in found.items():
            if source in reasons:
                yield Skipped(source, reasons[source])
            else:
                yield from _settled(File(source, path), next(readings), sources, workers)


def _settled(file: File, found: list[Reading | Skipped], sources: dict[str, str], workers: Workers) -> list[Reading | Skipped]:
    """What was read of a file, if the file is what it was before; else what is read of it once more, whose hash `sources` then has."""
    for _ in range(_TIMES - 1):
        if (now := hash_of_file(file.path)) == sources.get(file.source):
            return found
        if not file.path.exists():
            sources.pop(file.source, None)
            return [Skipped(file.source, "was removed while it was to be read; put it back, or leave it out")]
        sources[file.source] = now
        (found,) = workers.read([file])
    if hash_of_file(file.path) == sources[file.source]:
        return found
    sources[file.source] = ""  # so that the index is known not to be of this corpus, and the file is read next time
    return [Skipped(file.source, "changes while it is read; wait until it is written, and ingest again")]


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
