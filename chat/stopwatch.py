"""How long the steps of answering take, for whoever watches: each step is named where it is taken."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_watched: ContextVar[dict[str, float] | None] = ContextVar("_watched", default=None)


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    """
    Seconds by step, filled while the context lasts, in the order in which steps began. A step inside another counts for itself alone.

    >>> with watched() as seconds:
    ...     with timed("quoting"), timed("reading"):
    ...         pass
    >>> list(seconds)
    ['quoting', 'reading']
    """
    seconds: dict[str, float] = {}
    token = _watched.set(seconds)
    try:
        yield seconds
    finally:
        _watched.reset(token)


@contextmanager
def timed(step: str) -> Iterator[None]:
    """Count the time in the context for a step, if anybody watches."""
    seconds = _watched.get()
    if seconds is None:
        yield
        return
    seconds.setdefault(step, 0.0)
    inside = sum(seconds.values())
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds[step] += time.perf_counter() - began - (sum(seconds.values()) - inside)
