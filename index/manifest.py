"""
What an index folder holds, and how to tell that it is whole.

    <index>/manifest.json     format, embedder, splitting, one hash per file; no timestamps
    <index>/data-<hash>/
        corpus.json           the hash of each source, and why those that were not read were not
        documents.jsonl       a document a line, without its text; texts.txt has the texts, end to end
        *.npy                 tables: where each document and passage lies with a check of it, sentences, vectors
        bm25/ headings/ titles/

Opening reads the manifest, compares sizes and maps the rest: it costs the same for a thousand passages and for a million. What is read
later is checked as it is read, above all every text; `python -m index verify` compares all of it with the hashes.

The data folder is named by the hash of what is in it and written under another name first. Replacing `manifest.json`, one rename, is the
moment at which a new index takes the place of the old: whoever opens the folder sees the one or the other, never half.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from index.errors import DamagedIndex, IndexMismatch, UnusableFolder

FORMAT = 4
MANIFEST_NAME = "manifest.json"
DATA_PREFIX = "data-"
TEMPORARY_PREFIX = ".writing-"

MOST_COMPARED = 32_000_000  # bytes of an index up to which opening compares every file with its hash: 20 ms

_ELSEWHERE: dict[str, Any] = {"sources": {}, "skipped": {}, "documents": ()}  # fields that manifest.json leaves out

_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of the data folder."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """One document, and what its vectors depend on."""

    id: str
    source: str  # path inside the corpus
    sha256: str  # of the document's record and its passages as they stand in the index
    passages: int
    sentences: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    What an index was made of, and with what.

    `manifest.json` holds all but `sources`, `skipped` and `documents`, which grow with the corpus: of an index that was opened, these are
    read when they are asked for.
    """

    format: int
    embedder: str  # name that `open_embedder` takes
    weights: str  # hash of the embedder's weights
    dim: int
    precision: str  # number format in which the vectors were computed, `float32` or `bfloat16`; they are stored in float32
    max_characters: int  # longest passage
    sources: Mapping[str, str]  # SHA-256 of every file of the corpus, read or not, by path inside it
    skipped: Mapping[str, str]  # reason for each source, or line of one, that was not read
    documents: Sequence[DocumentEntry]  # in the order of their passages
    files: Mapping[str, FileEntry]  # by path inside the data folder
    checksum: str = ""  # SHA-256 of all the above; set by `to_bytes`

    @property
    def data_name(self) -> str:
        """The data folder's name: the hash of its files' hashes."""
        listing = "".join(f"{name} {entry.sha256} {entry.bytes}\n" for name, entry in sorted(self.files.items()))
        return DATA_PREFIX + hashlib.sha256(listing.encode("utf-8")).hexdigest()[:16]

    def to_bytes(self) -> bytes:
        """The file's bytes: equal manifests give equal bytes."""
        head = msgspec.to_builtins(replace(self, sources={}, skipped={}, documents=(), checksum=""))
        for name in _ELSEWHERE:
            del head[name]
        checksum = hashlib.sha256(msgspec.json.encode(head, order="sorted")).hexdigest()
        return msgspec.json.format(msgspec.json.encode({**head, "checksum": checksum}, order="sorted"), indent=2) + b"\n"


def read_manifest(folder: Path) -> Manifest:
    """
    The manifest of an index folder.

    Raises UnusableFolder when there is none, IndexMismatch when another version wrote it, DamagedIndex when it is not readable.
    """
    path = folder / MANIFEST_NAME
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UnusableFolder(f"no index in '{folder}'; make one: {_remedy(folder)}") from error
    except OSError as error:
        raise UnusableFolder(f"index '{folder}' cannot be opened ({error.strerror})") from error
    version = _decoded(folder, content, _Version).format
    if version != FORMAT:
        raise IndexMismatch(
            f"index '{folder}' has format {version}, this version of Footnoted reads format {FORMAT}; make it anew: {_remedy(folder)}"
        )
    try:
        manifest = msgspec.convert(_decoded(folder, content, dict[str, Any]) | _ELSEWHERE, Manifest)
    except ValueError as error:
        raise damaged(folder, f"{MANIFEST_NAME} is not readable: {error}") from error
    if manifest.to_bytes() != content:
        raise damaged(folder, f"{MANIFEST_NAME} has other bytes than were written")
    return manifest


def hash_files(folder: Path) -> dict[str, FileEntry]:
    """Hash and size of every file below a folder, by its path inside it, in order."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): FileEntry(sha256_of(path), path.stat().st_size) for path in files}


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(folder: Path, manifest: Manifest, *, most_compared: int | None = None) -> None:
    """
    Compare an index folder's files with its manifest: their sizes, and the hashes of all if they have at most so many bytes together.

    None compares all hashes. Raises DamagedIndex that names the first difference.
    """
    data = folder / manifest.data_name
    hashed = most_compared is None or sum(entry.bytes for entry in manifest.files.values()) <= most_compared
    for name, entry in manifest.files.items():
        try:
            size = (data / name).stat().st_size
            same = size == entry.bytes and (not hashed or sha256_of(data / name) == entry.sha256)
        except OSError as error:
            raise damaged(folder, f"{manifest.data_name}/{name} is missing or cannot be read") from error
        if not same:
            found = f"{size} bytes instead of {entry.bytes}" if size != entry.bytes else "other bytes than were written"
            raise damaged(folder, f"{manifest.data_name}/{name} has {found}")


def damaged(folder: Path, what: str) -> DamagedIndex:
    """The error for an index folder whose files are wrong, with the command that mends it."""
    return DamagedIndex(f"index '{folder}' is damaged ({what}); make it anew: {_remedy(folder)}")


def damaged_at(path: Path, what: str) -> DamagedIndex:
    """The same for one of its files, wherever in the data folder it lies."""
    for parent in path.parents:
        if parent.name.startswith(DATA_PREFIX):
            return damaged(parent.parent, f"{parent.name}/{path.relative_to(parent).as_posix()} {what}")
    return DamagedIndex(f"{path.name} {what}")


class _Version(msgspec.Struct):
    format: int


def _decoded(folder: Path, content: bytes, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(content, type=kind)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors, and so is a UnicodeDecodeError
        raise damaged(folder, f"{MANIFEST_NAME} is not readable: {error}") from error


def _remedy(folder: Path) -> str:
    return f"python -m ingest CORPUS '{folder}'"
