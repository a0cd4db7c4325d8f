"""Which files a corpus folder holds, and where corpus and index lie when nobody says."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from index.errors import UnusableFolder
from index.manifest import sha256_of

SHIPPED_CORPUS = Path(__file__).resolve().parent.parent / "corpus"


def corpus_files(corpus: Path) -> Mapping[str, Path]:
    """
    Every file of a corpus folder by its path inside it, in order; hidden ones left out.

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
        for name in names:
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file():
                found[path.relative_to(corpus).as_posix()] = path
    return dict(sorted(found.items()))


def fingerprint(corpus: Path) -> dict[str, str]:
    """SHA-256 of every file of a corpus by its path inside it: equal fingerprints, equal corpora. An unreadable file counts as ''."""
    hashes: dict[str, str] = {}
    for name, path in corpus_files(corpus).items():
        try:
            hashes[name] = sha256_of(path)
        except OSError:
            hashes[name] = ""
    return hashes


def default_index(corpus: Path) -> Path:
    """Where the index of a corpus lies when nobody says: in the user's cache, one folder for each corpus folder."""
    import platformdirs

    key = hashlib.sha256(str(corpus.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return Path(platformdirs.user_cache_dir("footnoted", appauthor=False)) / f"{corpus.resolve().name}-{key}"
