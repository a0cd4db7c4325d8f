"""
PDF, through pypdf: pages to running text, with the source's own footnotes. The stages are those of `ingest.pdf`, in its order.

Pages that are pictures are read from them (`ingest.pdf.scans`) where that is asked for, and named where it is not. Figures are not read.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from index.errors import UnreadableDocument
from index.extraction import Extraction
from ingest.formats import content_of, wrong_format
from ingest.metadata import authors_of, title_of, well_typed
from ingest.normalise import Composer, PageStart, Piece
from ingest.pdf.columns import lines
from ingest.pdf.faces import Faces
from ingest.pdf.feet import dominant_size, lift_notes
from ingest.pdf.glyphs import fragments
from ingest.pdf.hyphens import SOFT_HYPHEN, Words
from ingest.pdf.layout import Run, Segment, segments, without_lost
from ingest.pdf.noted import FootNote, MarkedLine
from ingest.pdf.paragraphs import blocks, without_bullet
from ingest.pdf.running import without_running
from ingest.pdf.scans import HOW_TO_READ, Scans, letters_of, may_be_scan, pdf_images, read_images, unread
from ingest.pdf.stamps import without_stamps
from ingest.pdf.title_page import from_first_page
from ingest.pdf.xmp import Xmp, said_in
from ingest.readers import DEFAULTS, Options, Reading

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

suffixes: tuple[str, ...] = (".pdf",)

_log = logging.getLogger(__name__)
_UNHEARD = logging.NullHandler()  # what pypdf finds odd is for those who set up logging; the same one each time counts once

_HEAD_BYTES = 1024  # within which `%PDF-` stands in every file that readers accept (PDF 32000-1, annex H.3.4.1)
_BYTES = re.compile(r"\s(?:starting with|@\d|b['\"])|[^ -~]")  # from here on, pypdf's messages quote the file's bytes

_BACK = "\u21a9\ufe0e\ufe0f "  # the arrow back to the mark at the end of a note, on web pages that were printed
_REASON_MAX_CHARACTERS = 120

_OBJECT = re.compile(rb"(\d{1,9})\s+(\d{1,5})\s+obj\b")
_NEAR = 5_000  # bytes before `/Catalog` in which its object starts
_ROOT_SEARCH = 10_000_000  # bytes looked through for a lost catalogue, about two seconds

MAX_PAGES = 20_000  # in one document
_LIMITS: dict[str, Any] = {  # of what pypdf unpacks; its own are two to five times as high
    "zlib_maximum_output_length": 40_000_000,
    "lzw_maximum_output_length": 10_000_000,
    "run_length_maximum_output_length": 40_000_000,
    "array_based_stream_maximum_output_length": 40_000_000,
    "stream_decoding_work_maximum_length": 120_000_000,
    "page_tree_maximum_entries": MAX_PAGES,
}

_T = TypeVar("_T")


def read(path: Path, source: str, options: Options = DEFAULTS) -> Iterator[Reading]:
    """The file as one document."""
    from pypdf import apply_configuration

    with apply_configuration(**_LIMITS):
        reading = _read(path, source, options)
    yield reading


def _read(path: Path, source: str, options: Options) -> Reading:
    reader = _open(path, source, options.passwords)
    pages = _guarded(source, lambda: list(reader.pages))
    faces: Faces = {}
    found: list[list[Segment]] = []
    damage: UnreadableDocument | None = None
    lost = 0  # glyphs that stand for no character
    remarks: list[str] = []
    for number, page in enumerate(pages, start=1):
        partly: list[str] = []
        try:
            known, unknown = _guarded(source, partial(_segments, page, faces, partly))
            found.append(known)
            lost += unknown
        except UnreadableDocument as error:  # one bad page does not cost the others; it is among the pages without text
            _log.info("%s, page %d: %s", source, number, error.reason)
            damage = damage or error
            found.append([])
        remarks += (f"page {number} is damaged ({why}): the rest of it is not read" for why in partly)
    scans = _with_scans(pages, found, path, source, options)
    empty = tuple(number for number, page in enumerate(scans.pages, start=1) if not page)
    if len(empty) == len(found):
        if damage:
            raise damage
        if options.ocr:
            raise UnreadableDocument(source, "has no text, and none was found in the images of its pages; remove it")
        raise UnreadableDocument(source, f"has no text: it looks like a scan; {HOW_TO_READ}")
    labels = _unless_damaged(source, lambda: _labels(reader, len(found)), [""] * len(found))
    metadata: dict[str, Any] = _unless_damaged(source, lambda: _metadata(reader, path), {})
    metadata = _said_on_first_page(pages[0], scans, metadata) | metadata
    scans = replace(scans, remarks=(*remarks, *scans.remarks))
    return _guarded(source, lambda: compose(scans, labels, metadata, source=source, lost=lost))


def _open(path: Path, source: str, passwords: Sequence[str]) -> PdfReader:
    """The file, opened and decrypted."""
    from pypdf import PasswordType, PdfReader

    logging.getLogger("pypdf").addHandler(_UNHEARD)
    content = content_of(path, source)
    if b"%PDF-" not in content[:_HEAD_BYTES]:
        raise wrong_format(source, content, "a PDF")
    sought = _ROOT_SEARCH // len(content) + 1  # objects among which pypdf looks for a lost catalogue, each in the whole file
    reader = _guarded(source, lambda: PdfReader(BytesIO(content), root_object_recovery_limit=sought))
    if _guarded(source, lambda: reader.is_encrypted):
        tried = (_guarded(source, partial(reader.decrypt, password)) for password in ("", *passwords))
        if all(found is PasswordType.NOT_DECRYPTED for found in tried):
            known = "another password than those given" if passwords else "a password"
            raise UnreadableDocument(source, f"needs {known}; give it: --password WORD")
    _guarded(source, lambda: _find_root(reader, content))
    return reader


def _find_root(reader: PdfReader, content: bytes) -> None:
    """Point the trailer to the last catalogue in the file, where it points to none."""
    from pypdf.generic import DictionaryObject, IndirectObject, NameObject

    root = reader.trailer.get("/Root")
    known = root.get_object() if root is not None else None
    if isinstance(known, DictionaryObject) and "/Pages" in known:
        return
    at = content.rfind(b"/Catalog")
    heads = _OBJECT.findall(content, max(at - _NEAR, 0), max(at, 0))
    if heads:
        number, generation = map(int, heads[-1])
        reader.trailer[NameObject("/Root")] = IndirectObject(number, generation, reader)


def _guarded(source: str, ask: Callable[[], _T]) -> _T:
    """
    What pypdf answers, or UnreadableDocument.

    On damaged files pypdf raises not only its own errors but whatever the wrong bytes lead to (KeyError, TypeError, RecursionError,
    zlib.error, …), so this is the one place that catches them all.
    """
    try:
        return ask()
    except Exception as error:
        reason = _BYTES.split(str(error)[:_REASON_MAX_CHARACTERS], maxsplit=1)[0].strip(" .:") or type(error).__name__
        raise UnreadableDocument(source, f"is damaged ({reason}); open it in a PDF viewer, save it anew and ingest that") from error


def _unless_damaged(source: str, ask: Callable[[], _T], unknown: _T) -> _T:
    """What pypdf answers, or what stands for not knowing: neither labels nor a title are worth a document."""
    try:
        return _guarded(source, ask)
    except UnreadableDocument as error:
        _log.info("%s: %s", source, error.reason)
        return unknown


def _segments(page: PageObject, faces: Faces, damage: list[str]) -> tuple[list[Segment], int]:
    known, lost = without_lost(fragments(page, faces, damage))
    return segments(known), lost


def _with_scans(pages: Sequence[PageObject], found: Sequence[Sequence[Segment]], path: Path, source: str, options: Options) -> Scans:
    """The pages, those that may be pictures of their text read from their images if that is asked for."""
    candidates: list[int] = []
    for number, (page, own) in enumerate(zip(pages, found, strict=True), start=1):
        try:
            is_candidate = _guarded(source, partial(may_be_scan, page, letters_of(own)))
        except UnreadableDocument:  # its pictures are damaged
            is_candidate = not own
        if is_candidate:
            candidates.append(number)
    if not options.ocr:
        return Scans(tuple(map(tuple, found)), remarks=unread(found, candidates))
    return read_images(pdf_images(path, options.passwords, candidates), found, candidates, source)


def _labels(reader: PdfReader, count: int) -> list[str]:
    """The printed labels of the pages; '' where the file defines none (pypdf would make them up)."""
    labels = reader.page_labels if "/PageLabels" in reader.root_object else []
    return labels if len(labels) == count else [""] * count


def _metadata(reader: PdfReader, path: Path) -> dict[str, Any]:
    """Title and authors, where they are worth showing. The file's date is when it was made, not when the text was published."""
    information = reader.metadata
    title, author = (information.title, information.author) if information else ("", "")
    try:
        xmp = _guarded("", lambda: said_in(reader.xmp_metadata))
    except UnreadableDocument:  # the text is not the worse for it
        xmp = Xmp()
    metadata: dict[str, Any] = {}
    if known := title_of(title, path) or title_of(xmp.title, path):
        metadata["title"] = known
    if names := authors_of(author) or [name for creator in xmp.authors for name in authors_of(creator)]:
        metadata["author"] = [{"literal": name} for name in names]
    if authors_of(xmp.publisher):  # whose programs leave the same junk
        metadata["publisher"] = xmp.publisher
    return metadata | well_typed({"DOI": xmp.doi, "issued": xmp.published if xmp.published[:4].isdigit() else ""})


def _said_on_first_page(page: PageObject, scans: Scans, metadata: dict[str, Any]) -> dict[str, Any]:
    """What the first page says of the document; nothing where it was read from its image, for letters may be wrong."""
    try:
        width, height = _guarded("", lambda: (float(page.mediabox.width), float(page.mediabox.height)))
    except UnreadableDocument:  # a page of no size
        return {}
    if 1 in scans.recognised:
        return {}
    return from_first_page(scans.pages, body_size_of(scans.pages), size=(width, height), known=metadata.get("title", ""))


def compose(scans: Scans, labels: Sequence[str], metadata: dict[str, Any], *, source: str, lost: int = 0) -> Reading:
    """The reading of pages of segments, from which `lost` glyphs that stand for no character were left out."""
    found = scans.pages
    plain, stamps = without_stamps(found)
    body_size = body_size_of(plain)
    running = without_running(plain, body_size)
    labels = [running.labels.get(row, label) for row, label in enumerate(labels)]
    feet = lift_notes(lines(running.pages), body_size)
    words = Words.of([line.line.text for line in feet.lines] + [line for note in feet.notes for line in note.lines])
    joiner = _Joiner(words, labels, scans.recognised)
    composer = Composer()
    for note in feet.notes:
        composer.note(note.key, note.label, joiner.note(note))
    for block in blocks(feet.lines, body_size):
        composer.add(block.kind, block.level, joiner.block(block.lines))
    for start in joiner.pages_to(len(labels)):
        composer.page(start)
    document = composer.compose(id=source, source=source, metadata=metadata)
    return Reading(
        document,
        Extraction(
            joined_words=joiner.joined,
            dropped_lines=stamps + running.dropped,
            unmatched_marks=feet.unmatched,
            lost_characters=lost,
            empty_pages=tuple(number for number, page in enumerate(found, start=1) if not page),
            remarks=scans.remarks,
        ),
    )


def body_size_of(pages: Sequence[Sequence[Segment]]) -> float:
    """The size of the running text."""
    parts = (part for page in pages for segment in page for part in segment.parts)
    return dominant_size(Run(part.text, part.size, 0, part.bold) for part in parts)


@dataclass(slots=True)
class _Joiner:
    """Puts lines together again, and says where pages start in them."""

    words: Words
    labels: Sequence[str]
    recognised: frozenset[int]  # pages that were read from their images
    page: int = 0  # pages that have started
    joined: int = 0  # words made whole

    def note(self, note: FootNote) -> str:
        """A note's words."""
        pieces: list[Piece] = []
        for line in note.lines:
            self._append(pieces, [line], line)
        return "".join(piece for piece in pieces if isinstance(piece, str)).rstrip(_BACK)

    def block(self, block: Sequence[MarkedLine]) -> list[Piece]:
        """A block's words, with its note marks and page starts."""
        pieces: list[Piece] = []
        for line in block:
            starts = self.pages_to(line.page + 1)
            own = list(line.pieces)
            if not pieces and own and isinstance(own[0], str):
                own[0] = without_bullet(own[0])
            self._append(pieces, [*starts, *own], line.line.text)
        if pieces and isinstance(pieces[-1], str):  # a word whose rest was not found is shown as it is printed
            pieces[-1] = pieces[-1].replace(SOFT_HYPHEN, "-")
        return pieces

    def pages_to(self, number: int) -> list[PageStart]:
        """The starts of the pages that have not started yet, up to a page."""
        starts = [PageStart(page, self.labels[page - 1], page in self.recognised) for page in range(self.page + 1, number + 1)]
        self.page = max(self.page, number)
        return starts

    def _append(self, pieces: list[Piece], own: Sequence[Piece], text: str) -> None:
        """Add a line's pieces to those of the lines before it."""
        rows = (row for row in range(len(pieces) - 1, -1, -1) if isinstance(piece := pieces[row], str) and piece.strip())
        words = sorted(islice(rows, 8))
        if words:
            tail = "".join(str(pieces[row]) for row in words).rstrip()
            between, is_broken = self.words.glue(tail, text)
            if is_broken:
                pieces[words[-1]] = str(pieces[words[-1]]).rstrip()[:-1]
                self.joined += 1
            pieces.append(between)
        pieces += own
