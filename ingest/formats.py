"""
A file's bytes, and what they say it is: for a reason a person can act on where a file's ending is wrong.
"""

from __future__ import annotations

from pathlib import Path

from index.errors import UnreadableDocument

_HEAD_BYTES = 1024
_HEADS = (  # first bytes, after white space and a byte-order mark, and what begins with them
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive, perhaps a Word, OpenDocument, PowerPoint or EPUB file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file, or one with a password"),
    (b"{\\rtf", "an RTF file"),
    (b"%!PS", "a PostScript file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<", "a web page or XML"),
)


def content_of(path: Path, source: str) -> bytes:
    """A file's bytes. Raises UnreadableDocument where it cannot be opened or is empty."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(source, f"cannot be opened ({error.strerror}); check its permissions") from error
    if not content:
        raise UnreadableDocument(source, "is empty: the file has no bytes; remove it, or save it anew")
    return content


def what_it_is(content: bytes) -> str:
    r"""
    What a file's first bytes say it is; '' where they say nothing.

    >>> what_it_is(b"{\\rtf1"), what_it_is(b"Dear all")
    ('an RTF file', '')
    """
    start = content[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf\0 \t\r\n").lower()
    return next((name for head, name in _HEADS if start.startswith(head.lower())), "")


def wrong_format(source: str, content: bytes, wanted: str) -> UnreadableDocument:
    """The error for a file that is not what its ending says."""
    found = what_it_is(content)
    said = f"it is {found}" if found else "its first bytes are not those of one"
    return UnreadableDocument(source, f"is not {wanted}: {said}; give it the ending of what it is, or remove it")
