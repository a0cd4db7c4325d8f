"""A corpus folder to an index folder, and the report of what happened. Only documents that changed are embedded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.arrays import FloatMatrix
from index.corpus import corpus_files, fingerprint
from index.embedders import DEFAULT_EMBEDDER, open_embedder, weights_of
from index.errors import DamagedIndex, EmptyCorpus, IndexMismatch, UnreadableDocument, UnusableFolder
from index.extraction import ExtractionReport, report
from index.library import Index, document_line, passage_line, prepare, write
from index.manifest import FORMAT, DocumentEntry, Manifest
from index.records import Passage
from ingest.metadata import SIDECAR_SUFFIX, from_sidecar, sidecar_of
from ingest.readers import Reading, Skipped, readers
from ingest.split import MAX_CHARACTERS, split

_Vectors = tuple[FloatMatrix, FloatMatrix]  # of a document's passages and of their sentences


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What became of a corpus."""

    documents: tuple[ExtractionReport, ...]
    skipped: tuple[Skipped, ...]
    embedded: int  # passages embedded in this run
    reused: int  # passages whose vectors were taken from the index that was there


@dataclass(frozen=True, slots=True)
class _Part:
    """One document on its way."""

    reading: Reading
    passages: tuple[Passage, ...]
    sha256: str  # of the record and its passages

    @property
    def report(self) -> ExtractionReport:
        return report(self.reading.document, self.reading.extraction, passages=len(self.passages))

    @property
    def entry(self) -> DocumentEntry:
        document = self.reading.document
        return DocumentEntry(document.id, document.source, self.sha256, len(self.passages), sum(len(p.sentences) for p in self.passages))


def build(
    corpus: Path,
    folder: Path,
    *,
    embedder: str = DEFAULT_EMBEDDER,
    max_characters: int = MAX_CHARACTERS,
    reading: Callable[[str], None] = lambda _: None,
    embedding: Callable[[int, int], None] = lambda _done, _all: None,
) -> BuildReport:
    """
    Read a corpus folder and write its index folder.

    `reading` is told each file's name before it is read, `embedding` how many passages were just embedded and how many there are to embed.
    Raises EmptyCorpus when no document can be indexed, UnusableFolder, UnusableEmbedder. The old index stays whole until the new one is.
    """
    sources = fingerprint(corpus)
    _check_apart(corpus, folder)
    prepare(folder)
    parts: list[_Part] = []
    skipped: list[Skipped] = []
    for found in _unique(_read(corpus, reading)):
        if isinstance(found, Skipped):
            skipped.append(found)
            continue
        passages = split(found.document, max_characters=max_characters)
        if passages:
            parts.append(_Part(found, passages, _hash(found, passages)))
        else:
            skipped.append(Skipped(found.document.id, "holds no text; remove it, or put text in it"))
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
        max_characters=max_characters,
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
    return BuildReport(tuple(part.report for part in parts), tuple(skipped), embedded, reused)


def _read(corpus: Path, reading: Callable[[str], None]) -> Iterator[Reading | Skipped]:
    """Every document of a corpus, and every file or line that is none, in order of the files' names."""
    known = readers()
    for source, path in corpus_files(corpus).items():
        if source.endswith(SIDECAR_SUFFIX):
            continue
        if not path.is_file():
            yield Skipped(source, "is a link to a folder, a broken link or no regular file; copy what it leads to into the corpus")
            continue
        if path.name.casefold() in ("readme.md", "license.md"):
            yield Skipped(source, "describes the folder and is not read; rename it if it is a reading")
            continue
        reader = known.get(path.suffix.lower())
        if reader is None:
            yield Skipped(source, f"has an ending that is not read; known are {' '.join(sorted(known))}")
            continue
        reading(source)
        try:
            found = list(reader.read(path, source))
            yield from _with_sidecar(found, path, source)
        except UnreadableDocument as error:
            yield Skipped(error.source, error.reason)


def _with_sidecar(found: list[Reading | Skipped], path: Path, source: str) -> Iterator[Reading | Skipped]:
    """The documents with what the sidecar beside their file says; a sidecar speaks of one document."""
    sidecar = sidecar_of(path)
    if sidecar is None or len(found) != 1 or isinstance(found[0], Skipped):
        yield from found
        return
    document = found[0].document
    try:
        metadata = from_sidecar(sidecar, f"{source.removesuffix(path.name)}{sidecar.name}")
    except UnreadableDocument as error:
        yield Skipped(error.source, error.reason)
        metadata = {}
    yield replace(found[0], document=replace(document, metadata={**document.metadata, **metadata}))


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


def _hash(reading: Reading, passages: tuple[Passage, ...]) -> str:
    lines = b"\n".join((document_line(reading.document), *(passage_line(0, passage) for passage in passages)))
    return hashlib.sha256(lines).hexdigest()


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
            index.sentence_vectors.vectors(range(index.first_sentences[rows.start], index.first_sentences[rows.stop])),
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
