"""
Whether quotations stand in their source file, asked of the file itself and not of our reading of it.

The file's text is taken with nothing but regular expressions: white space folded and, for Markdown, markup, note marks and note bodies
dropped. So a fault in a reader cannot hide itself. For a PDF it is the reference text that comes with it, of another edition: quotation
marks are compared alike, and what that edition has in between, such as a page's number, breaks a quotation.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from chat.answer import Quote

_MARKDOWN = (
    (re.compile(r"^<sup>\d+</sup> .*$", re.MULTILINE), ""),  # note bodies
    (re.compile(r"<sup>\d+</sup>"), ""),  # note marks
    (re.compile(r"</?sup>"), ""),
    (re.compile(r"^(?:---+|\s*\d+\.\s|#+\s)", re.MULTILINE), ""),
    (re.compile(r"\*+"), ""),
)

_MARKS = str.maketrans("‘’‚‛“”„‟′″", "''''\"\"\"\"'\"")


def plain(path: Path) -> str:
    """
    A source's words: NFC, white space folded, and without markup where the file is Markdown.

    Those of `pdf/name.pdf` stand in `txt/name.txt`, with straight quotation marks.
    """
    if path.suffix == ".pdf":
        return straight(plain(path.parent.parent / "txt" / f"{path.stem}.txt"))
    text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))
    for pattern, instead in _MARKDOWN if path.suffix == ".md" else ():
        text = pattern.sub(instead, text)
    return folded(text)


def folded(text: str) -> str:
    """A text with single spaces."""
    return " ".join(text.split())


def straight(text: str) -> str:
    r"""
    A text with straight quotation marks, character for character.

    >>> straight("the “Licensor’s”")
    'the "Licensor\'s"'
    """
    return text.translate(_MARKS)


def is_verbatim(quote: Quote, source: str) -> bool:
    """Whether a quotation's words stand in a source's, as `plain` gives it."""
    words = folded(quote.text)
    return (straight(words) if quote.passage.document.source.endswith(".pdf") else words) in source
