"""
Programs of our own that read what may harm them: a process each, with limits on its time and memory and no network.

    Confined    such a program, from the outside: frames go in, frames come out
    jobs        the same from the inside

A frame is bytes with their length before them. What is in it is up to both sides; nothing that comes back is ever executed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from index.cli import module_command

MEMORY_STATUS = 77  # exit status of a program that ran out of memory where Python could not go on

_MAX_FRAME_BYTES = 1 << 30  # a longer one is nothing of ours
_GRACE_SECONDS = 5  # after which a program whose parent is gone ends itself
_HEAD = struct.Struct(">I")  # a frame's length in bytes

Reply = Callable[[bytes], None]


class TooLate(Exception):
    """A program did not answer in its time."""


class Ended(Exception):
    """A program ended instead of answering."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status  # as `subprocess` gives it: below zero it is a signal's number


class Confined:
    """One such program, from the outside. It is started at once, and used by one thread at a time."""

    def __init__(self, module: str, *, seconds: int, megabytes: int) -> None:
        self._seconds = seconds
        command, environment = module_command(module, [str(seconds), str(megabytes)])
        self._popen = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._timed_out = False

    def send(self, job: bytes) -> None:
        """Give it something to do. Raises Ended."""
        assert self._popen.stdin is not None
        try:
            _write(self._popen.stdin, job)
        except OSError as error:
            raise Ended(self._popen.wait()) from error

    def receive(self) -> bytes:
        """The next frame, if it comes in time. Raises TooLate or Ended; then the program is of no use any more."""
        assert self._popen.stdout is not None
        clock = threading.Timer(self._seconds, self._too_late)
        clock.daemon = True
        clock.start()
        try:
            content = _read(self._popen.stdout)
        finally:
            clock.cancel()
        if self._timed_out:
            raise TooLate
        if content is None:
            raise Ended(self._popen.wait())
        return content

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

    def _too_late(self) -> None:
        self._timed_out = True
        with contextlib.suppress(OSError):
            self._popen.kill()  # which ends the wait for its reply


def jobs(arguments: Sequence[str]) -> Iterator[tuple[bytes, Reply]]:
    """
    The jobs on standard input, each with the function that replies to it, until the input ends; from the first on the limits hold.

    `arguments` are the seconds for a job and the megabytes for the process. Whatever else prints, prints nowhere.
    """
    seconds, megabytes = map(int, arguments)
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    _limit_memory(megabytes)
    _forbid_network()
    while (job := _read(sys.stdin.buffer)) is not None:
        with _alarm(seconds):
            yield job, lambda content: _write(replies, content)


@contextmanager
def _alarm(seconds: int) -> Iterator[None]:
    """Ends the process when a job takes too long; the parent has a clock of its own, while it lives."""
    alarm = threading.Timer(seconds + _GRACE_SECONDS, _end)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()


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


def _forbid_network() -> None:
    """Let nothing in a file reach the network: who reads it has no business there."""

    def hook(event: str, _: tuple[object, ...]) -> None:
        if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
            raise PermissionError("a reader reaches no network")

    sys.addaudithook(hook)


def _write(stream: IO[bytes], content: bytes) -> None:
    stream.write(_HEAD.pack(len(content)))
    stream.write(content)
    stream.flush()


def _read(stream: IO[bytes]) -> bytes | None:
    """A frame; None where the stream ends before it does."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    (length,) = _HEAD.unpack(head)
    if length > _MAX_FRAME_BYTES:
        return None
    content = stream.read(length)
    return content if len(content) == length else None
