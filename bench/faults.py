"""
Faults while an index is written: after each the index is the old one or the new, and the next ingest ends well and leaves no litter.

What is killed here is a whole process, and what is opened afterwards is compared with every hash in its manifest.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.cli import module_command
from index.errors import FootnotedError
from index.library import Index
from index.manifest import check, read_manifest

HASHING = "hashing-64"
_DOCUMENTS = 4
_RANDOM, _OF_MODEL, _AT_ONCE = 100, 4, 10  # tries
_FILLING = (200, 400, 800, 1600)  # kilobytes of text, for a disk of 1,000
_NOBODY = 65534  # user id
_LIMIT_SECONDS = 300
_SEED = 6

Row = dict[str, str]


@dataclass
class Tally:
    """What was found after faults of one kind."""

    fault: str
    old: int = 0
    new: int = 0
    wrong: list[str] = field(default_factory=list)  # what should not be

    @property
    def row(self) -> Row:
        """As a row of the table."""
        tries = self.old + self.new + len(self.wrong)
        return {
            "fault": self.fault,
            "tries": f"{tries}",
            "old index": f"{self.old}",
            "new index": f"{self.new}",
            "wrong": f"{len(self.wrong)}",
        }


class Place:
    """A corpus of a few readings and its index folder, which tell one version of the corpus from the next."""

    def __init__(self, work: Path, embedder: str = HASHING) -> None:
        self.corpus, self.folder, self._embedder = work / "corpus", work / "index", embedder
        self.corpus.mkdir()
        self.version = -1
        self.edit()

    @property
    def arguments(self) -> list[str]:
        """Of `ingest`."""
        return [str(self.corpus), str(self.folder), "--embedder", self._embedder, "--quiet", "--jobs", "1"]

    def edit(self) -> None:
        """The next version of the corpus: one reading changes, the others do not."""
        self.version += 1
        for row in range(_DOCUMENTS):
            text = f"Reading {row}, version {self.version if row == 0 else 0}. " + f"It says that {row} comes after {row - 1}. " * 20
            (self.corpus / f"{row}.txt").write_text(text, encoding="utf-8")

    def ingest(self) -> str:
        """Ingest without a fault; '' or what went wrong."""
        done = start("ingest", self.arguments)
        said = done.communicate(timeout=_LIMIT_SECONDS)[1]
        if done.returncode:
            return f"the next ingest failed: {said}"
        found = sorted(path.name for path in self.folder.iterdir())
        litter = [name for name in found if name not in ("manifest.json", read_manifest(self.folder).data_name)]
        return f"litter: {litter}" if litter else "" if self.found() == self.version else "the next ingest wrote another version"

    def found(self) -> int:
        """The version that the index holds, every file of it compared with its hash. Raises FootnotedError."""
        index = Index.open(self.folder)
        check(self.folder, read_manifest(self.folder))
        texts = [document.text for document in index.documents.values()]
        if len(texts) != _DOCUMENTS:
            raise AssertionError(f"{len(texts)} documents")
        return int(texts[0].split("version ")[1].split(".")[0])

    def judge(self, tally: Tally, before: int) -> None:
        """Count what stands there after a fault, and whether it can be mended by another ingest."""
        try:
            found = self.found()
        except (FootnotedError, AssertionError) as error:
            tally.wrong.append(str(error))
            return
        said = self.ingest() if found in (before, self.version) else f"version {found} instead of {before} or {self.version}"
        if said:
            tally.wrong.append(said)
        elif found == before:
            tally.old += 1
        else:
            tally.new += 1


def start(module: str, arguments: Sequence[str], **options: object) -> subprocess.Popen[str]:
    """A module as a program of its own, its standard error to be read."""
    command, environment = module_command(module, arguments)
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload, no-any-return]


def rows(*, with_model: bool = True) -> Iterator[Row]:
    """The table's rows, one after the other; what cannot be tried here is said on standard error."""
    with tempfile.TemporaryDirectory(prefix="footnoted-faults-") as work:
        yield _told(at_operations(_place(work, "a"), "killed", every=1))
        yield _told(killed_at_times(_place(work, "b"), _RANDOM))
        if with_model:
            yield _told(killed_at_times(_place(work, "c", "all-MiniLM-L6-v2"), _OF_MODEL, fault="killed at a random time, real model"))
        yield _told(at_operations(_place(work, "d"), "full", every=1))
        small = full_disk(Path(work) / "e")
        if small is not None:
            yield _told(small)
        yield _told(read_only(_place(work, "f")))
        yield _told(two_at_once(_place(work, "g"), _AT_ONCE))


def at_operations(place: Place, fault: str, *, every: int) -> Tally:
    """A fault at every n-th file operation in the index folder, one ingest each, until one ends without meeting it."""
    tally = Tally({"killed": "killed at each file operation", "full": "disk full from each file operation on"}[fault])
    _first(place)
    at = 0
    while True:
        before = place.version
        place.edit()
        died = start("bench.dying", [fault, str(at), str(place.folder), *place.arguments])
        said = died.communicate(timeout=_LIMIT_SECONDS)[1]
        counted = [line for line in said.splitlines() if line.endswith(" file operations")]
        if fault == "full" and died.returncode and not said.startswith("error: index"):
            tally.wrong.append(said)
        place.judge(tally, before)
        if counted and died.returncode == 0 and int(counted[0].split()[0]) <= at:
            return tally
        at += every


def killed_at_times(place: Place, tries: int, *, fault: str = "killed at a random time") -> Tally:
    """SIGKILL after random times, some of them after the end."""
    tally, chance = Tally(fault), random.Random(_SEED)
    _first(place)
    began = time.monotonic()
    place.edit()
    _first(place)
    whole = time.monotonic() - began
    for _ in range(tries):
        before = place.version
        place.edit()
        process = start("ingest", place.arguments)
        time.sleep(chance.uniform(0.2, 1.2) * whole)
        process.kill()
        process.communicate()
        place.judge(tally, before)
    return tally


def full_disk(work: Path, kilobytes: Sequence[int] = _FILLING) -> Tally | None:
    """A disk that is really full, as small file systems in memory are; None, aloud, where none may be mounted."""
    work.mkdir()
    tally = Tally("a small disk, full")
    place = Place(work)
    place.folder.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place.folder)]
    if not shutil.which("mount") or subprocess.run(mounted, capture_output=True, check=False).returncode:
        print("skipped: a small disk cannot be mounted here", file=sys.stderr)
        return None
    try:
        _first(place)
        filling = place.corpus / "filling.txt"
        for size in kilobytes:
            before = place.version
            place.edit()
            filling.write_text("Words that fill a disk. " * (size * 40), encoding="utf-8")
            process = start("ingest", place.arguments)
            said = process.communicate(timeout=_LIMIT_SECONDS)[1]
            filling.unlink()
            if process.returncode == 0:
                place.ingest()  # there was room for it
                continue
            if "cannot be written" not in said or len(said.splitlines()) != 1:
                tally.wrong.append(said)
            place.judge(tally, before)
    finally:
        subprocess.run(["umount", str(place.folder)], check=False)
    return tally


def read_only(place: Place) -> Tally:
    """A folder that may not be written: as nobody where we are the superuser, whom permissions do not bind."""
    tally = Tally("a read-only folder")
    _first(place)
    before = place.version
    place.edit()
    place.folder.chmod(0o555)
    _open_to_others(place.folder)
    nobody = ("bench.dying", ["nobody", str(_NOBODY), str(place.folder), *place.arguments])
    try:
        process = start(*(nobody if os.geteuid() == 0 else ("ingest", place.arguments)))
        said = process.communicate(timeout=_LIMIT_SECONDS)[1]
    finally:
        place.folder.chmod(0o755)
    if process.returncode != 1 or "cannot be written (Permission denied)" not in said or len(said.splitlines()) != 1:
        tally.wrong.append(said)
    place.judge(tally, before)
    return tally


def two_at_once(place: Place, tries: int) -> Tally:
    """Two ingests started together: one waits and says so, unless the other is done before, and both end well."""
    tally = Tally("two ingests at once")
    _first(place)
    for _ in range(tries):
        before = place.version
        place.edit()
        both = [start("ingest", place.arguments) for _ in range(2)]
        for process in both:
            said = process.communicate(timeout=_LIMIT_SECONDS)[1]
            if process.returncode or said not in ("", "waiting for another ingest of this index to end\n"):
                tally.wrong.append(said)
        place.judge(tally, before)
    return tally


def _place(work: str, name: str, embedder: str = HASHING) -> Place:
    folder = Path(work) / name
    folder.mkdir()
    return Place(folder, embedder)


def _first(place: Place) -> None:
    said = place.ingest()
    if said:
        raise RuntimeError(said)


def _open_to_others(folder: Path) -> None:
    """Let whoever is not us pass through the temporary folders above."""
    for parent in (folder.parent, *folder.parent.parents):
        if parent.stat().st_uid == os.geteuid() and str(parent).startswith(tempfile.gettempdir() + os.sep):
            parent.chmod(parent.stat().st_mode | 0o055)


def _told(tally: Tally) -> Row:
    for wrong in tally.wrong:
        print(f"{tally.fault}: {wrong}", file=sys.stderr)
    return tally.row
