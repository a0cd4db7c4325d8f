"""Files of questions: JSON lines, from a file or standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from index.errors import BadQuestion


def json_lines(name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """
    Number and object of each line that is not blank; `-` is standard input. Lines are read as they come.

    Raises BadQuestion when the file cannot be opened, or a line is not a JSON object in UTF-8.
    """
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
            for number, content in enumerate(file, start=1):
                if content.strip():
                    yield number, _object(name, number, content)
    except OSError as error:
        raise BadQuestion(f"'{name}' cannot be read ({error.strerror}); name a file of JSON lines, or - for standard input") from error


def _object(name: str, number: int, content: bytes) -> dict[str, Any]:
    try:
        found: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadQuestion(f"{name}, line {number}: is not JSON ({error}); mend the line") from error
    if not isinstance(found, dict):
        raise BadQuestion(f'{name}, line {number}: is not a JSON object; write {{"question": "…"}}')
    return found
