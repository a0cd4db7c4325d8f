"""
A visitor's own files: read by a program of its own into a folder that is gone when it is done, and kept in memory only.

`chat` does not import `ingest`; it runs it, as the command line does. What that program reads is limited in size, number and time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.cli import module_command
from index.errors import FootnotedError, UnusableFolder
from index.library import Index

FOLDER = "your files"  # what their ids begin with
MOST_FILES = 10  # of one visitor
MOST_MEGABYTES = 20  # of one file
_SECONDS_A_FILE, _SECONDS_ALL = 60, 240  # to read; a report of 300 pages takes 10, and its passages 20 to embed
_MEGABYTES_OF_MEMORY = 1024
_TICK_SECONDS = 0.5
_NICENESS = 10  # questions of others come first


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading has come."""

    seconds: float  # since it began
    names: tuple[str, ...]  # of the files being read


def read_own(paths: Sequence[Path], taken: Collection[str], like: Index) -> Iterator[Progress | Index]:
    """
    Read files into an index that can join `like`; what comes last is the index, what comes before says how far it is.

    `taken` has the ids that are not free. The files are moved away from where they lie, whatever happens, and nothing of them is left on
    disk. An iterator that is closed early ends the program.

    Raises UnusableFolder when there are too many files, one is too large, or none of them can be read.
    """
    with tempfile.TemporaryDirectory(prefix="footnoted-") as work:
        corpus = Path(work) / "corpus" / FOLDER
        corpus.mkdir(parents=True)
        names = _moved(paths, corpus, {id.removeprefix(f"{FOLDER}/") for id in taken})
        yield Progress(0.0, names)
        yield from _read(Path(work), names, like)


def free_places(own: int, added: int) -> str:
    """What is said when more files are added than there are places; '' when they fit. `own` are those that are there already."""
    if own + added <= MOST_FILES:
        return ""
    left = MOST_FILES - own
    room = f"{left} more" if left > 0 else "no more"
    return f"You can add {MOST_FILES} files in all, so {room}; choose fewer"


def _moved(paths: Sequence[Path], corpus: Path, taken: Collection[str]) -> tuple[str, ...]:
    """Put the files into the corpus, each under a name of its own, and give the names."""
    names: list[str] = []
    too_large = ""
    for path in paths:
        name, number = path.name, 2
        while name in taken or name in names:
            name, number = f"{path.stem} ({number}){path.suffix}", number + 1
        if path.stat().st_size > MOST_MEGABYTES * 1_000_000:
            too_large = path.name
            path.unlink()
            continue
        shutil.move(path, corpus / name)
        names.append(name)
    if too_large:
        raise UnusableFolder(f"'{too_large}' is larger than {MOST_MEGABYTES} MB; add a smaller file")
    return tuple(names)


def _read(work: Path, names: tuple[str, ...], like: Index) -> Iterator[Progress | Index]:
    limits = ["--max-seconds", str(_SECONDS_A_FILE), "--max-megabytes", str(_MEGABYTES_OF_MEMORY), "--jobs", "1"]
    cut = ["--embedder", like.manifest.embedder, "--max-characters", str(like.manifest.max_characters)]
    command, environment = module_command("ingest", ["--quiet", *limits, *cut, "--", str(work / "corpus"), str(work / "index")])
    began = time.monotonic()
    with (work / "said").open("w+b") as said:
        program = subprocess.Popen(
            command,
            env={**environment, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )
        _slow_down(program.pid)
        try:
            while program.poll() is None:
                if time.monotonic() - began > _SECONDS_ALL:
                    raise UnusableFolder(f"reading took more than {_SECONDS_ALL} seconds; add fewer or shorter files")
                try:
                    program.wait(_TICK_SECONDS)
                except subprocess.TimeoutExpired:
                    yield Progress(time.monotonic() - began, names)
        finally:
            _end(program)
        said.seek(0)
        lines = said.read().decode("utf-8", "replace").strip().splitlines()
    if program.returncode:
        raise UnusableFolder(_without_folders(lines[-1] if lines else "", work))
    try:
        yield Index.open(work / "index")
    except FootnotedError as error:
        raise UnusableFolder("the files could not be read; add them again") from error


def _slow_down(process: int) -> None:
    """
    Let a program and what it will start run only while nobody asks, as far as the system lets us.

    It leads a session of its own, and Linux shares the processor by sessions first: so the session is made less urgent, too.
    """
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PGRP, process, _NICENESS)
    with contextlib.suppress(OSError):
        Path(f"/proc/{process}/autogroup").write_text(str(_NICENESS), encoding="ascii")


def _end(program: subprocess.Popen[bytes]) -> None:
    """End the program and those it started, if they still run."""
    if program.poll() is not None:
        return
    if sys.platform == "win32":
        program.kill()
    else:
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def _without_folders(line: str, work: Path) -> str:
    """What the program said, without where its temporary folder lay."""
    said = line.removeprefix("error: ").replace(f" in '{work / 'corpus'}'", "").replace(f"{FOLDER}/", "").replace(f"{work}", "")
    return said or "the files could not be read; add them again"
