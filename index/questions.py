"""
Files of questions: JSON lines, from a file or standard input.

A line that cannot be asked is told of and passed over, so that one slip does not cost the answers to the others.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from index.cli import print_error
from index.errors import BadQuestion, FootnotedError


def for_each_line(name: str, work: Callable[[int, dict[str, Any]], None]) -> int:
    """
    Do `work` with the number and object of each line that is not blank, as they come; `-` is standard input.

    An error of ours goes to standard error with the line's number. Gives the exit status: 1 if there was one, else 0. Raises BadQuestion
    when the file cannot be opened.
    """
    status = 0
    for number, content in _lines(name):
        try:
            work(number, _object(content))
        except FootnotedError as error:
            print_error(f"{name}, line {number}: {error}")
            status = 1
    return status


def _lines(name: str) -> Iterator[tuple[int, bytes]]:
    if name == "-" and sys.stdin is None:
        raise BadQuestion("standard input is closed; give it JSON lines, or name a file of them")
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
            yield from ((number, content) for number, content in enumerate(file, start=1) if content.strip())
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL byte
        reason = getattr(error, "strerror", None) or str(error)
        raise BadQuestion(f"'{name}' cannot be read ({reason}); name a file of JSON lines, or - for standard input") from error


def _object(content: bytes) -> dict[str, Any]:
    try:
        found: Any = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors, and so is a UnicodeDecodeError
        raise BadQuestion(f"is not JSON ({error}); mend the line") from error
    if not isinstance(found, dict):
        raise BadQuestion('is not a JSON object; write {"question": "…"}')
    return found
