"""
Bibliographic data as CSL-JSON: from a sidecar beside the file, or from a Markdown file's front matter. Nothing is guessed.

The sidecar of `brief.md` is `brief.csl.json` or `brief.md.csl.json`: one CSL-JSON object, or a list with one.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import yaml

from index.errors import UnreadableDocument

SIDECAR_SUFFIX = ".csl.json"


def sidecar_of(path: Path) -> Path | None:
    """The sidecar beside a file; None without one."""
    candidates = (path.with_name(path.name + SIDECAR_SUFFIX), path.with_name(path.stem + SIDECAR_SUFFIX))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def from_sidecar(path: Path, source: str) -> dict[str, Any]:
    """The CSL-JSON object of a sidecar. Raises UnreadableDocument when it is none."""
    try:
        found: Any = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, RecursionError) as error:
        raise UnreadableDocument(source, f"is not CSL-JSON ({error}); mend or remove it and ingest again") from error
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if not isinstance(found, dict):
        raise UnreadableDocument(source, "is not one CSL-JSON object; mend or remove it and ingest again")
    return found


def from_front_matter(content: str) -> dict[str, Any]:
    r"""
    What a Markdown file's YAML front matter says of title, author, date and publisher; {} where it says nothing or is not YAML.

    >>> from_front_matter("title: On Notes\nauthor: Ada Lovelace")
    {'title': 'On Notes', 'author': [{'literal': 'Ada Lovelace'}]}
    """
    try:
        found = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    metadata: dict[str, Any] = {key: str(found[key]) for key in ("title", "publisher") if isinstance(found.get(key), str)}
    authors = found.get("author")
    names = [authors] if isinstance(authors, str) else authors if isinstance(authors, list) else []
    literals = [{"literal": name} for name in names if isinstance(name, str)]
    if literals:
        metadata["author"] = literals
    if parts := _date_parts(found.get("date")):
        metadata["issued"] = {"date-parts": [parts]}
    return metadata


def _date_parts(value: object) -> list[int]:
    """Year, month and day of an ISO date, as far as they are given."""
    if isinstance(value, date):
        return [value.year, value.month, value.day]
    written = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", str(value))
    return [int(part) for part in written.groups() if part] if written else []
