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
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

import msgspec

from index.cli import module_command
from ingest.readers import DEFAULTS, Options, Reading, Skipped

MAX_SECONDS = 120  # for a document; 300 pages of a company report take 10
MAX_MEGABYTES = 2048  # of memory a process may ask for
_AHEAD = 4  # files read before they are asked for, for each process: bounds what waits in memory
_MAX_FRAME_BYTES = 1 << 30  # a longer one is no document
_GRACE_SECONDS = 5  # after which a process whose parent is gone ends itself

_HEAD = struct.Struct(">I")  # a frame's length in bytes


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
        command, environment = module_command("ingest.worker", [str(limits.seconds), str(limits.megabytes)])
        self._popen = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._timed_out = False

    def ask(self, job: _Job) -> Iterator[Reading | Skipped]:
        """Send a file, and give what comes back. Raises _Failed."""
        assert self._popen.stdin is not None
        try:
            _send(self._popen.stdin, msgspec.msgpack.encode(job))
        except OSError as error:
            raise _Failed(_crashed(self._popen.wait())) from error
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
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._popen.pid, signal.SIGKILL)
            else:
                self._popen.kill()
        for stream in (self._popen.stdin, self._popen.stdout):
            with contextlib.suppress(OSError):
                assert stream is not None
                stream.close()
        self._popen.wait()

    def _reply(self) -> _Reply:
        """The next frame, if it comes in time."""
        assert self._popen.stdout is not None
        clock = threading.Timer(self._limits.seconds, self._too_late)
        clock.daemon = True
        clock.start()
        try:
            content = _receive(self._popen.stdout)
        finally:
            clock.cancel()
        if self._timed_out:
            seconds = self._limits.seconds
            raise _Failed(f"took longer than {seconds} seconds and was given up; split it, or allow more: --max-seconds {seconds * 2}")
        if content is None:
            raise _Failed(_crashed(self._popen.wait(), megabytes=self._limits.megabytes))
        try:
            return msgspec.msgpack.decode(content, type=_Reply)
        except (msgspec.DecodeError, ValueError) as error:
            raise _Failed(f"was read as something that is no document ({error}); save it anew, or remove it") from error

    def _too_late(self) -> None:
        self._timed_out = True
        with contextlib.suppress(OSError):
            self._popen.kill()  # which ends the wait for its reply


_MEMORY_STATUS = 77  # a process that ran out of memory where Python could not go on


def _crashed(status: int, *, megabytes: int = MAX_MEGABYTES) -> str:
    """What a process's end means for the file it was reading."""
    if status in (_MEMORY_STATUS, -9):  # SIGKILL: the system was short of it
        return _too_large(megabytes)
    with contextlib.suppress(ValueError):
        if status < 0:
            return f"ended its reader ({signal.Signals(-status).name}) and was given up; save it anew, or remove it"
    return f"ended its reader (status {status}) and was given up; save it anew, or remove it"


def _too_large(megabytes: int) -> str:
    return f"needs more than {megabytes:,} MB of memory to read; split it, or allow more: --max-megabytes {megabytes * 2}"


def _send(stream: IO[bytes], content: bytes) -> None:
    stream.write(_HEAD.pack(len(content)))
    stream.write(content)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    """A frame; None where the stream ends before it does."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    (length,) = _HEAD.unpack(head)
    if length > _MAX_FRAME_BYTES:
        return None
    content = stream.read(length)
    return content if len(content) == length else None


def main() -> int:
    """Read files, one job after the other, until standard input ends. Arguments: seconds and megabytes allowed."""
    seconds, megabytes = map(int, sys.argv[1:3])
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whatever prints, prints nowhere
    jobs = sys.stdin.buffer
    _limit_memory(megabytes)
    _forbid()
    from ingest.reading import read_file

    decoder = msgspec.msgpack.Decoder(_Job)
    while (content := _receive(jobs)) is not None:
        job = decoder.decode(content)
        alarm = threading.Timer(seconds + _GRACE_SECONDS, _end)  # the parent has a clock of its own, while it lives
        alarm.daemon = True
        alarm.start()
        try:
            for part in read_file(Path(os.fsdecode(job.path)), job.source, job.options):
                reply = _Reply(reading=part) if isinstance(part, Reading) else _Reply(skipped=part)
                _send(replies, msgspec.msgpack.encode(reply))
            _send(replies, msgspec.msgpack.encode(_Reply()))
        except MemoryError:
            os._exit(_MEMORY_STATUS)
        except BrokenPipeError:
            os._exit(0)  # nobody waits for it any more
        except Exception as error:  # noqa: BLE001 - a reader's own fault costs the file, and is named
            what = f"is not what its reader expected ({type(error).__name__}) and was given up; save it anew, or remove it"
            _send(replies, msgspec.msgpack.encode(_Reply(skipped=Skipped(job.source, what))))
            _send(replies, msgspec.msgpack.encode(_Reply()))
        finally:
            alarm.cancel()
    return 0


def _end() -> None:
    """End this process and what it started."""
    if hasattr(os, "killpg"):
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def _limit_memory(megabytes: int) -> None:
    """Let this process, and each that it starts, have so much memory and no more."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _forbid() -> None:
    """Let nothing in a file reach the network: no reader has any business there."""

    def hook(event: str, _: tuple[object, ...]) -> None:
        if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
            raise PermissionError("a reader reaches no network")

    sys.addaudithook(hook)


if __name__ == "__main__":
    sys.exit(main())
