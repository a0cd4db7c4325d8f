"""Scans of PDFs: each page drawn as an image, and the images put into a PDF that has no text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import needed

if TYPE_CHECKING:
    from PIL.Image import Image

DOTS_AN_INCH = 200


def page_pictures(path: Path, pages: Sequence[int] | None = None) -> list[Image]:
    """Grey pictures of a PDF's pages, of all or of these rows."""
    try:
        import pypdfium2
        import rapidocr  # noqa: F401 (what reads them)
    except ImportError:
        needed("the extra `ocr`")
    with pypdfium2.PdfDocument(path) as file:
        rows = range(len(file)) if pages is None else pages
        return [file[row].render(scale=DOTS_AN_INCH / 72, grayscale=True).to_pil().convert("L") for row in rows]


def scan(path: Path, out: Path, *, pages: Sequence[int] | None = None, change: Callable[[Image], Image] = lambda image: image) -> Path:
    """A PDF of nothing but pictures of another's pages, each perhaps changed, such as turned."""
    first, *rest = (change(image) for image in page_pictures(path, pages))
    first.save(out, format="PDF", save_all=True, append_images=rest, resolution=DOTS_AN_INCH, title="")
    return out
