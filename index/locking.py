"""One writer at a time for an index folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_HELD: ContextVar[frozenset[Path]] = ContextVar("_HELD", default=frozenset())


@contextmanager
def held(folder: Path, *, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """
    Hold an index folder against other writers, who wait; readers do not. It may be held by its holder again.

    `waiting` is told when another has it. The system lets go when a process ends, however it ends. Where it has no such locks, as on
    Windows, nobody is held. Raises OSError when the folder cannot be opened.
    """
    key = folder.resolve()
    try:
        import fcntl
    except ImportError:
        yield
        return
    if key in _HELD.get():
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        token = _HELD.set(_HELD.get() | {key})
        try:
            yield
        finally:
            _HELD.reset(token)
    finally:
        os.close(handle)  # which lets go of the lock
