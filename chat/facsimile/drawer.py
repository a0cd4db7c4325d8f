"""Draws pages of PDFs in a program of its own (`chat.facsimile.drawing`), and keeps what it drew last."""

from __future__ import annotations

import logging
import os
import threading
from collections import OrderedDict
from pathlib import Path

import msgspec

from chat.facsimile.drawing import Drawn, Job
from index.confined import Confined, Ended, TooLate

MAX_SECONDS = 20  # for a page; a dense one takes .3
MAX_MEGABYTES = 1024  # of memory the program may ask for
MAX_BYTES_KEPT = 64 << 20  # of pages; one has some 300 kB

_log = logging.getLogger(__name__)


class Drawer:
    """One program that draws, started with the first page and again when a page ended it. Threads that share it wait for each other."""

    def __init__(self, *, seconds: int = MAX_SECONDS, megabytes: int = MAX_MEGABYTES, max_bytes_kept: int = MAX_BYTES_KEPT) -> None:
        self._seconds, self._megabytes, self._max_bytes_kept = seconds, megabytes, max_bytes_kept
        self._lock = threading.Lock()
        self._program: Confined | None = None
        self._kept: OrderedDict[tuple[str, int], Drawn] = OrderedDict()  # by the file's hash and the page's number
        self._bytes_kept = 0

    def draw(self, path: Path, sha256: str, number: int) -> Drawn:
        """
        A page of a file with that hash; one with a `problem` where it cannot be drawn, and then it is not tried again.
        """
        key = (sha256, number)
        with self._lock:
            drawn = self._kept.get(key)
            if drawn is None:
                drawn = self._drawn(Job(os.fsencode(path), sha256, number))
                if drawn.problem:
                    _log.warning("page %d of '%s' cannot be drawn: %s", number, path.name, drawn.problem)
                self._keep(key, drawn)
            self._kept.move_to_end(key)
            return drawn

    def close(self) -> None:
        """End the program, if it runs."""
        with self._lock:
            self._end()

    def _drawn(self, job: Job) -> Drawn:
        if self._program is None:
            self._program = Confined("chat.facsimile.drawing", seconds=self._seconds, megabytes=self._megabytes)
        try:
            self._program.send(msgspec.msgpack.encode(job))
            return msgspec.msgpack.decode(self._program.receive(), type=Drawn)
        except TooLate:
            problem = f"took longer than {self._seconds} seconds"
        except Ended as end:
            problem = f"ended the program that draws ({end})"
        except (msgspec.DecodeError, ValueError) as error:
            problem = f"was drawn as something that is no page ({error})"
        self._end()
        return Drawn(problem=problem)

    def _end(self) -> None:
        if self._program is not None:
            self._program.kill()
            self._program = None

    def _keep(self, key: tuple[str, int], drawn: Drawn) -> None:
        self._kept[key] = drawn
        self._bytes_kept += _size(drawn)
        while self._bytes_kept > self._max_bytes_kept and len(self._kept) > 1:
            self._bytes_kept -= _size(self._kept.popitem(last=False)[1])


def _size(drawn: Drawn) -> int:
    return len(drawn.image) + len(drawn.letters) + len(drawn.boxes) + 200
