"""Which files a corpus folder holds, and where corpus and index lie when nobody says."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from index.cli import harmless
from index.errors import UnusableFolder
from index.manifest import sha256_of

SHIPPED_CORPUS = Path(__file__).resolve().parent.parent / "corpus"


def corpus_files(corpus: Path) -> Mapping[str, Path]:
    """
    Whatever lies in a corpus folder by its path inside it, in order; hidden entries left out.

    Links to folders and what is no regular file are listed, for the report; they are not to be opened. Characters of a name that cannot
    be shown are U+FFFD in its key.

    Raises UnusableFolder when there is no such folder, or it cannot be listed.
    """
    if not corpus.exists():
        raise UnusableFolder(f"no such folder: '{corpus}'; name a folder with readings")
    if not corpus.is_dir():
        raise UnusableFolder(f"'{corpus}' is not a folder; name the folder that holds it")
    found: dict[str, Path] = {}

    def stop(error: OSError) -> None:
        raise UnusableFolder(f"'{error.filename}' cannot be listed ({error.strerror}); check its permissions") from error

    for parent, folders, names in os.walk(corpus, onerror=stop):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in (*names, *links):
            path = Path(parent, name)
            if not name.startswith("."):
                found[_shown(path.relative_to(corpus))] = path
    return dict(sorted(found.items()))


def fingerprint(corpus: Path) -> dict[str, str]:
    """SHA-256 of every file of a corpus by its path inside it: equal fingerprints, equal corpora. An unreadable file counts as ''."""
    return {name: hash_of_file(path) for name, path in corpus_files(corpus).items()}


def hash_of_file(path: Path) -> str:
    """A file's SHA-256; '' for one that cannot be read, or is no regular file."""
    try:
        return sha256_of(path) if path.is_file() else ""  # a pipe would be waited for
    except OSError:
        return ""


def _shown(path: Path) -> str:
    """A relative path as text: bytes that are no text, and control characters, replaced."""
    return harmless(os.fsencode(path.as_posix()).decode("utf-8", "replace")).replace("\n", "\ufffd")


def default_index(corpus: Path) -> Path:
    """Where the index of a corpus lies when nobody says: in the user's cache, one folder for each corpus folder."""
    import platformdirs

    key = hashlib.sha256(str(corpus.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return Path(platformdirs.user_cache_dir("footnoted", appauthor=False)) / f"{corpus.resolve().name}-{key}"
