"""
Answers to files: Markdown, HTML, Word and PDF with their footnotes; BibTeX, RIS and CSL-JSON of what was cited. One file a format.

A format is a module with `name`, `title`, `suffix`, `media_type` and `export`. One that holds quotations also has `read`, which gives
back its words as they stand in a file, and the record of where they come from: `chat.verifying` compares them with an index. Beside them:

    record    what goes with an export so that it can be verified
    layout    a conversation as a list of what is said, in order: the same for every format
    tree      that list as pandoc's tree, for Word and HTML
    works     the documents that were cited, for the formats of bibliographies
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Protocol, cast, runtime_checkable

from chat.answer import Answer
from chat.citing.styles import DEFAULT_STYLE, Style
from chat.export.record import Exported
from index.errors import UnknownStyle

_FORMATS = ("word", "pdf", "markdown", "html", "bibtex", "ris", "csl_json")


class Format(Protocol):
    """The contract; `tests/test_chat_export.py` holds every format to it."""

    @property
    def name(self) -> str:
        """What it is called: 'csl-json'."""

    @property
    def title(self) -> str:
        """What people call it: 'CSL-JSON'."""

    @property
    def suffix(self) -> str:
        """How its files end, with the dot."""

    @property
    def media_type(self) -> str:
        """What a browser calls it."""

    def export(self, answers: Sequence[Answer], style: Style, /) -> bytes:
        """The file with one answer or with several, in order. Raises NotExported."""


@runtime_checkable
class VerifiableFormat(Format, Protocol):
    """One whose files hold quotations."""

    def read(self, content: bytes, /) -> Exported:
        """The quotations as they stand in a file, and their record. Raises NotExported, and no other error, whatever the file holds."""


@cache
def formats() -> Mapping[str, Format]:
    """Every format by its name."""
    found = (cast("Format", importlib.import_module(f"{__name__}.{module}")) for module in _FORMATS)
    return {format.name: format for format in found}


def export(answers: Sequence[Answer], format: str, style: Style = DEFAULT_STYLE) -> bytes:
    """One answer, or a whole conversation in order, as a file. Raises UnknownStyle for a format that there is none of, NotExported."""
    try:
        chosen = formats()[format]
    except KeyError:
        raise UnknownStyle(f"no format '{format}'; there are: {', '.join(formats())}") from None
    return chosen.export(answers, style)


def format_of(filename: str) -> Format:
    """The format that a file's ending asks for. Raises UnknownStyle, which names the endings there are."""
    endings = {format.suffix: format for format in formats().values()}
    for suffix in sorted(endings, key=len, reverse=True):  # '.csl.json' before what might be '.json'
        if filename.casefold().endswith(suffix):
            return endings[suffix]
    raise UnknownStyle(f"'{filename}' has an ending that no export has; name a file that ends in one of {' '.join(endings)}")
