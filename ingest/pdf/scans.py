"""
Pages that are pictures of their text: which they are, and their segments, read from their images.

A page without any text is taken for one, and so is a page with a large picture and few letters beside it, such as a stamp: of that, what
is in the picture is kept where it is far more. pypdfium2 draws the pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import UnreadableDocument
from index.extraction import page_list
from ingest.pdf.ink import same_sizes, segments_of
from ingest.pdf.layout import Segment
from ingest.pdf.recognise import INSTALL, MAX_SIDE_PIXELS, is_installed, recognise

if TYPE_CHECKING:
    from pypdf import PageObject

    from ingest.pdf.recognise import GreyImage

HOW_TO_READ = f"run {INSTALL} and ingest with --ocr to have it read from its image"
NOT_INSTALLED = f"cannot be read from its image: --ocr needs an extra; run {INSTALL} and ingest again"

FEW_LETTERS = 200  # of a page: beside a large picture these may be a stamp or a page number
_LARGE_PIXELS = 400_000  # an A4 page at 65 dots an inch: a smaller picture is no scan of a page
_FAR_MORE = 3  # times the letters: what is in the picture is not just the text over it
_HARD_SCORE = 0.975  # of a page: clean pages have .99 and more, one at 100 dots an inch with noise .96 and a word in five wrong
_NO_TEXT_SCORE = 0.5  # of a page: below, it is a drawing that was taken for letters

_DOTS_A_POINT = 200 / 72  # 200 dots an inch, as a scanner has at least; a page longer than 254 mm has fewer, for MAX_SIDE_PIXELS


@dataclass(frozen=True, slots=True)
class Scans:
    """What was read from images."""

    pages: tuple[tuple[Segment, ...], ...]  # of all pages: those from images, and the others as they were
    recognised: frozenset[int] = frozenset()  # numbers of the pages that were read from their images
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageImage:
    """How a page looks."""

    number: int  # physical, from 1
    image: GreyImage
    points_per_pixel: float


def may_be_scan(page: PageObject, letters: int) -> bool:
    """Whether a page with so many letters of text may be a picture of its text."""
    if letters >= FEW_LETTERS:
        return False
    resources = page.get_inherited("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    pictures = [one.get_object() for one in objects.get_object().values()] if objects is not None else []
    sizes = (int(one.get("/Width", 0)) * int(one.get("/Height", 0)) for one in pictures if one.get("/Subtype") == "/Image")
    return not letters or max(sizes, default=0) >= _LARGE_PIXELS


def unread(found: Sequence[Sequence[Segment]], candidates: Sequence[int]) -> tuple[str, ...]:
    """What to say of pages that have text but may be pictures, when pictures are not read."""
    beside = tuple(number for number in candidates if found[number - 1])
    return (f"{_pages(beside)} may hold more text in a picture; --ocr reads it",) if beside else ()


def pdf_images(path: Path, passwords: Sequence[str], numbers: Sequence[int]) -> Iterator[PageImage]:
    """The images of these pages of a PDF, as far as they can be drawn; none of a file that pdfium does not open."""
    import pypdfium2

    for password in (None, *passwords):
        try:
            file = pypdfium2.PdfDocument(path, password=password)
            break
        except pypdfium2.PdfiumError:
            continue
    else:
        return
    with file:
        for number in numbers:
            try:
                page = file[number - 1]
                scale = min(_DOTS_A_POINT, MAX_SIDE_PIXELS / max(*page.get_size(), 1.0))
                grey = page.render(scale=scale, grayscale=True).to_numpy()
            except (pypdfium2.PdfiumError, IndexError, ValueError):
                continue
            yield PageImage(number, grey.reshape(grey.shape[:2]).copy(), 1 / scale)


def read_images(images: Iterator[PageImage], found: Sequence[Sequence[Segment]], candidates: Sequence[int], source: str) -> Scans:
    """
    The pages of a document with candidates read from their images, where these hold (far) more than the text that is there.

    Raises UnreadableDocument where the extra is not installed.
    """
    if not candidates:
        return Scans(tuple(map(tuple, found)))
    if not is_installed():
        raise UnreadableDocument(source, NOT_INSTALLED)
    read: dict[int, list[Segment]] = {}
    hard: list[int] = []
    failed = set(candidates)
    for page in images:
        try:
            seen = recognise(page.image)
        except ValueError:  # among the failed
            continue
        if seen.lines and seen.score < _NO_TEXT_SCORE:
            continue
        failed.discard(page.number)
        own = segments_of(seen, points_per_pixel=page.points_per_pixel)
        if letters_of(own) > _FAR_MORE * letters_of(found[page.number - 1]):
            read[page.number] = own
            if seen.score < _HARD_SCORE:
                hard.append(page.number)
    even = dict(zip(read, same_sizes(list(read.values())), strict=True))
    remarks = [f"{_pages(tuple(hard))} {'was' if len(hard) == 1 else 'were'} hard to read"] if hard else []
    remarks += [f"{_pages(tuple(sorted(failed)))} could not be read from the image"] if failed else []
    return Scans(
        tuple(tuple(even.get(number, page)) for number, page in enumerate(found, start=1)),
        frozenset(read),
        tuple(remarks),
    )


def letters_of(page: Sequence[Segment]) -> int:
    """How many letters and figures a page's segments have."""
    return sum(letter.isalnum() for segment in page for letter in segment.text)


def _pages(numbers: tuple[int, ...]) -> str:
    return f"page{'' if len(numbers) == 1 else 's'} {page_list(numbers)}"
