"""
The parts of a file that is a ZIP archive (Word, OpenDocument, EPUB, PowerPoint), unpacked within limits.

An archive of a few kilobytes can hold gigabytes. Nothing here believes what it says of its sizes: parts are unpacked up to a limit, and
what a format's reader gets is a new archive of exactly those parts. Pictures, sound and fonts are left empty: nobody reads them.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from index.errors import UnreadableDocument
from ingest.formats import wrong_format

MAX_PARTS = 20_000  # a book with a picture on each page has some thousand
MAX_BYTES = 256 << 20  # of all parts that are read; a book of 1,000 pages has 10 MB of text and markup
MAX_RATIO = 200  # of unpacked to packed; markup reaches 20, and text repeated for ever 1,000
_RATIO_FROM_BYTES = 16 << 20  # small archives may be as dense as they like

_LEGACY_HEAD = b"\xd0\xcf\x11\xe0"
_READ = frozenset("xml rels xhtml html htm xht opf mimetype".split())  # endings of parts that may hold words, or say where they are
_MANIFEST = "META-INF/manifest.xml"


def unpack(content: bytes, source: str, wanted: str) -> dict[str, bytes]:
    """
    The parts of an archive by their names; those that hold no words are empty.

    `wanted` says what the file should be: 'a Word document'. Raises UnreadableDocument for what is no archive, is damaged, has a
    password, or would grow beyond the limits.
    """
    if content.startswith(_LEGACY_HEAD):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise UnreadableDocument(source, "has a password; open it, save it without one and ingest that")
        raise UnreadableDocument(source, f"is an old Office file, not {wanted}; save it in the new format and ingest that")
    if not content.startswith(b"PK"):
        raise wrong_format(source, content, wanted)
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = _parts(archive, source, len(content))
    except (BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, IndexError, OverflowError) as error:
        if isinstance(error, UnreadableDocument):
            raise
        raise UnreadableDocument(source, f"is damaged ({_plain(error)}); open it, save it anew and ingest that") from error
    if b"encryption-data" in parts.get(_MANIFEST, b""):
        raise UnreadableDocument(source, "has a password; open it, save it without one and ingest that")
    return parts


def pack(parts: Mapping[str, bytes]) -> bytes:
    """An archive of these parts."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(ZipInfo(name), content)
    return packed.getvalue()


def _parts(archive: ZipFile, source: str, size: int) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MAX_PARTS:
        raise UnreadableDocument(source, f"holds {len(entries):,} parts, more than the {MAX_PARTS:,} that are read; split it")
    parts: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        if entry.is_dir():
            continue
        if entry.filename.rpartition(".")[2].lower() not in _READ:
            parts[entry.filename] = b""
            continue
        if entry.flag_bits & 1:
            raise UnreadableDocument(source, "has a password; open it, save it without one and ingest that")
        with archive.open(entry) as part:
            unpacked = part.read(MAX_BYTES - total + 1)
        total += len(unpacked)
        if total > MAX_BYTES or (total > _RATIO_FROM_BYTES and total > MAX_RATIO * size):
            raise UnreadableDocument(source, f"unpacks to more than {total >> 20:,} MB, which no text does; save it anew, or split it")
        parts[entry.filename] = unpacked
    return parts


def _plain(error: Exception) -> str:
    """The error in words, without bytes of the file."""
    words = str(error).split("'", maxsplit=1)[0].strip(" .:")
    return words if words.isascii() and words.isprintable() and words else type(error).__name__
