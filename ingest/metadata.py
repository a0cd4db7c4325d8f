"""
Bibliographic data as CSL-JSON: from a sidecar beside the file, or from a Markdown file's front matter. Nothing is guessed.

Only the fields that are cited or asked for are kept, and only where they have the type CSL-JSON gives them.

The sidecar of `brief.md` is `brief.csl.json` or `brief.md.csl.json`: one CSL-JSON object, or a list with one.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from index.errors import UnreadableDocument
from ingest.normalise import canonical

SIDECAR_SUFFIX = ".csl.json"

_WORDS = frozenset(
    "id type genre title title-short publisher publisher-place container-title volume issue page edition URL DOI language".split()
)
_NAMES = frozenset("author editor".split())
_NAME_PARTS = ("family", "given", "literal", "suffix", "dropping-particle", "non-dropping-particle")
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?:[Tt ].*)?", re.ASCII | re.DOTALL)
_PART_MAXIMA = (9999, 12, 31)  # of year, month and day
_FRONT_MATTER_MAX_CHARACTERS = 10_000
_PROPERTY_MAX_CHARACTERS = 2_000  # of a title or of authors that are looked at
_JUNK_TITLE = re.compile(  # what programs put there for want of a title
    r"(?:microsoft (?:word|powerpoint|excel)|powerpoint[- ]pr[\w-]+|pr[\w-]+ powerpoint)\b.*|untitled\b.*"
    r"|(?:document|title|slide|unknown)\W*\d*|\S*\.(?:docx?|pdf|tex|dvi|indd|rtf|odt|pptx?|qxd|x?html?)",
    re.IGNORECASE,
)
_JUNK_AUTHOR = re.compile(
    r"(?:user|admin|administrator|unknown|anonymous|owner|author)\W*\d*|\S*@\S*|.*\b(?:microsoft|openoffice|libreoffice|latex|python-docx)\b.*",
    re.IGNORECASE,
)
_AUTHORS = re.compile(r"\s*(?:;|\s&\s|\band\b)\s*")


def sidecar_of(path: Path) -> Path | None:
    """The sidecar beside a file; None without one."""
    candidates = (path.with_name(path.name + SIDECAR_SUFFIX), path.with_name(path.stem + SIDECAR_SUFFIX))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def from_sidecar(path: Path, source: str) -> dict[str, Any]:
    """The CSL-JSON object of a sidecar, as far as it is well typed. Raises UnreadableDocument when it is none."""
    try:
        found: Any = msgspec.json.decode(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    except (OSError, ValueError, msgspec.DecodeError, RecursionError) as error:
        raise UnreadableDocument(source, f"is not CSL-JSON ({error}); mend or remove it and ingest again") from error
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    if not isinstance(found, dict):
        raise UnreadableDocument(source, "is not one CSL-JSON object; mend or remove it and ingest again")
    return well_typed(found)


def from_front_matter(content: str) -> dict[str, Any]:
    r"""
    What a Markdown file's YAML front matter says of title, author, date and publisher; {} where it says nothing or is not YAML.

    Every scalar is read as the string it is: no tag is obeyed, no key merged, so neither a bad date nor a short bomb of aliases matters.

    >>> from_front_matter("title: On Notes\nauthor: Ada Lovelace")
    {'title': 'On Notes', 'author': [{'literal': 'Ada Lovelace'}]}
    """
    if len(content) > _FRONT_MATTER_MAX_CHARACTERS:
        return {}
    try:
        found = yaml.BaseLoader(content).get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    given = {key: value for key in ("title", "publisher", "author") if (value := found.get(key)) not in ("", "~", "null")}
    parts = _date_parts(words_of(found.get("date")))
    return well_typed({**given, "issued": {"date-parts": [parts]}} if parts else given)


def well_typed(found: Mapping[str, Any]) -> dict[str, Any]:
    """
    The fields of a CSL-JSON object that are used here and have their type, in its order; a plain string is taken for a name or date.

    >>> well_typed({"title": 1984, "publisher": ["x"], "author": "Ada", "issued": {"date-parts": [["1949", 13]]}})
    {'title': '1984', 'author': [{'literal': 'Ada'}], 'issued': {'date-parts': [[1949]]}}
    """
    metadata: dict[str, Any] = {}
    for field, value in found.items():
        kept: object = None
        if field in _WORDS:
            kept = words_of(value)
        elif field in _NAMES:
            kept = _names(value)
        elif field == "issued":
            kept = _issued(value)
        if kept:
            metadata[field] = kept
    return metadata


def words_of(value: object) -> str:
    """
    A JSON string or number as canonical text; '' for anything else.

    >>> words_of(" On  Notes"), words_of(1984), words_of(None), words_of(["x"])
    ('On Notes', '1984', '', '')
    """
    return canonical(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def title_of(given: object, path: Path | None = None) -> str:
    """
    A title from a file's properties, if it is one; '' for what programs put there, and for the file's own name.

    >>> title_of(" On  Notes"), title_of("Microsoft Word - notes.doc"), title_of("paper", Path("paper.pdf"))
    ('On Notes', '', '')
    """
    title = canonical(str(given or "")[:_PROPERTY_MAX_CHARACTERS].replace("\0", ""))
    if not any(map(str.isalpha, title)) or _JUNK_TITLE.fullmatch(title):
        return ""
    return "" if path and title.casefold() in (path.name.casefold(), path.stem.casefold()) else title


def authors_of(given: object) -> list[str]:
    """
    The names in an author field of a file's properties, without those that are no people.

    >>> authors_of("Ada Lovelace and Bob; admin"), authors_of("Microsoft Office User")
    (['Ada Lovelace', 'Bob'], [])
    """
    names = _AUTHORS.split(canonical(str(given or "")[:_PROPERTY_MAX_CHARACTERS].replace("\0", "")))
    return [name for name in names if any(map(str.isalpha, name)) and not _JUNK_AUTHOR.fullmatch(name)]


def _names(value: object) -> list[dict[str, str]]:
    people = value if isinstance(value, list) else [value]
    named = ({"literal": person} if isinstance(person, str) else person for person in people)
    parts = [{part: words for part in _NAME_PARTS if (words := words_of(person.get(part)))} for person in named if isinstance(person, dict)]
    return [person for person in parts if person]


def _issued(value: object) -> dict[str, Any]:
    if isinstance(value, str | int | float):
        written = words_of(value)
        parts = _date_parts(written)
        return {"date-parts": [parts]} if parts else {"literal": written} if written else {}
    if not isinstance(value, dict):
        return {}
    dates = value.get("date-parts")
    known = [parts for given in dates if isinstance(given, list) and (parts := _in_range(given))] if isinstance(dates, list) else []
    said = {field: words for field in ("literal", "raw") if (words := words_of(value.get(field)))}
    return {"date-parts": known[:2], **said} if known else said


def _date_parts(written: str) -> list[int]:
    """Year, month and day of an ISO date, as far as they are given."""
    date = _ISO_DATE.fullmatch(written)
    return _in_range([part for part in date.groups() if part]) if date else []


def _in_range(parts: Sequence[object]) -> list[int]:
    """Year, month and day up to the first that is no such number."""
    known: list[int] = []
    for part, maximum in zip(parts, _PART_MAXIMA, strict=False):
        words = words_of(part)
        if not re.fullmatch(r"\d{1,4}", words, re.ASCII) or not 1 <= int(words) <= maximum:
            break
        known.append(int(words))
    return known
