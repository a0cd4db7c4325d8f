"""
Reading in processes of their own, with limits: a file that hangs, explodes or crashes its reader costs itself and nothing else.

    Workers.read   files in, their documents out, in order
    main           what such a process does: a job in on standard input, documents out on standard output

Jobs and documents are msgpack frames, checked against their types: nothing that a process sends back is ever executed.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec

from index.confined import MEMORY_STATUS, Confined, Ended, TooLate, jobs
from ingest.readers import DEFAULTS, Options, Reading, Skipped

MAX_SECONDS = 120  # for a document; 300 pages of a company report take 10
MAX_MEGABYTES = 2048  # of memory a process may ask for
_AHEAD = 4  # files read before they are asked for, for each process: bounds what waits in memory


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading a document may cost."""

    seconds: int = MAX_SECONDS
    megabytes: int = MAX_MEGABYTES  # enforced where the system can (Linux and macOS)


UNHURRIED = Limits()


class _Job(msgspec.Struct):
    path: bytes
    source: str
    options: Options


class _Reply(msgspec.Struct):
    """One document, one thing that was not read, or with neither the end of a file."""

    reading: Reading | None = None
    skipped: Skipped | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file to read."""

    source: str  # its path inside the corpus
    path: Path


class Workers:
    """Processes that read, started as they are needed and ended with the context."""

    def __init__(self, *, jobs: int, options: Options = DEFAULTS, limits: Limits = UNHURRIED) -> None:
        self._options = options
        self._limits = limits
        self._jobs = jobs
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="reading")
        self._idle: queue.SimpleQueue[_Process] = queue.SimpleQueue()
        self._running: set[_Process] = set()
        self._closed = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in tuple(self._running):
            process.kill()
        self._threads.shutdown()

    def read(self, files: Sequence[File], started: Callable[[str], None] = lambda _: None) -> Iterator[list[Reading | Skipped]]:
        """
        What is in each file, in the files' order; `started` is told a file's name when its turn comes.

        Several are read at once, and some ahead of their turn. Never raises for what a file holds: a file that takes too long or too
        much memory, or ends its process, is a `Skipped` that says so.
        """
        ahead = self._jobs * _AHEAD
        waiting: list[Future[list[Reading | Skipped]]] = [self._threads.submit(self._one, file) for file in files[:ahead]]
        for row, file in enumerate(files):
            started(file.source)
            found = waiting.pop(0).result()
            if row + ahead < len(files):
                waiting.append(self._threads.submit(self._one, files[row + ahead]))
            yield found

    def _one(self, file: File) -> list[Reading | Skipped]:
        """One file through a process; one that failed it is not used again."""
        process = self._process()
        found: list[Reading | Skipped] = []
        try:
            for part in process.ask(_Job(os.fsencode(file.path), file.source, self._options)):
                found.append(part)  # noqa: PERF402 - what came before a failure is kept
        except _Failed as failure:
            self._running.discard(process)
            process.kill()
            return [*found, Skipped(file.source, failure.reason)]
        self._idle.put(process)
        return found

    def _process(self) -> _Process:
        if self._closed.is_set():
            raise _Failed("was not read: the program ended")
        with contextlib.suppress(queue.Empty):
            return self._idle.get_nowait()
        process = _Process(self._limits)
        self._running.add(process)
        return process


class _Failed(Exception):
    """A process did not give what was asked of it; what that means for the file."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Process:
    """One reading process, from the outside."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._program = Confined("ingest.worker", seconds=limits.seconds, megabytes=limits.megabytes)

    def ask(self, job: _Job) -> Iterator[Reading | Skipped]:
        """Send a file, and give what comes back. Raises _Failed."""
        try:
            self._program.send(msgspec.msgpack.encode(job))
        except Ended as end:
            raise _Failed(_crashed(end.status)) from end
        while True:
            reply = self._reply()
            if reply.reading is not None:
                yield reply.reading
            elif reply.skipped is not None:
                yield reply.skipped
            else:
                return

    def kill(self) -> None:
        """End it and what it started, at once."""
        self._program.kill()

    def _reply(self) -> _Reply:
        """The next frame, if it comes in time."""
        seconds = self._limits.seconds
        try:
            return msgspec.msgpack.decode(self._program.receive(), type=_Reply)
        except TooLate as error:
            reason = f"took longer than {seconds} seconds and was given up; split it, or allow more: --max-seconds {seconds * 2}"
            raise _Failed(reason) from error
        except Ended as end:
            raise _Failed(_crashed(end.status, megabytes=self._limits.megabytes)) from end
        except (msgspec.DecodeError, ValueError) as error:
            raise _Failed(f"was read as something that is no document ({error}); save it anew, or remove it") from error


def _crashed(status: int, *, megabytes: int = MAX_MEGABYTES) -> str:
    """What a process's end means for the file it was reading."""
    if status in (MEMORY_STATUS, -9):  # SIGKILL: the system was short of it
        return _too_large(megabytes)
    with contextlib.suppress(ValueError):
        if status < 0:
            return f"ended its reader ({signal.Signals(-status).name}) and was given up; save it anew, or remove it"
    return f"ended its reader (status {status}) and was given up; save it anew, or remove it"


def _too_large(megabytes: int) -> str:
    return f"needs more than {megabytes:,} MB of memory to read; split it, or allow more: --max-megabytes {megabytes * 2}"


def main() -> int:
    """Read files, one job after the other, until standard input ends. Arguments: seconds and megabytes allowed."""
    decoder = msgspec.msgpack.Decoder(_Job)
    for content, send in jobs(sys.argv[1:3]):
        from ingest.reading import read_file

        job = decoder.decode(content)
        try:
            for part in read_file(Path(os.fsdecode(job.path)), job.source, job.options):
                reply = _Reply(reading=part) if isinstance(part, Reading) else _Reply(skipped=part)
                send(msgspec.msgpack.encode(reply))
            send(msgspec.msgpack.encode(_Reply()))
        except MemoryError:
            os._exit(MEMORY_STATUS)
        except BrokenPipeError:
            os._exit(0)  # nobody waits for it any more
        except Exception as error:  # noqa: BLE001 - a reader's own fault costs the file, and is named
            what = f"is not what its reader expected ({type(error).__name__}) and was given up; save it anew, or remove it"
            send(msgspec.msgpack.encode(_Reply(skipped=Skipped(job.source, what))))
            send(msgspec.msgpack.encode(_Reply()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
