"""What stands under marks on a page, asked of pdfium itself and not of our own alignment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pypdfium2

from chat.facsimile.boxes import Box
from chat.facsimile.drawing import Drawn, _characters, _letters, _placing
from chat.facsimile.letters import letters_of
from chat.facsimile.pages import _marked
from index.records import Document, Span


class PrintedPages:
    """The pages of a PDF without their images, which take long."""

    def __init__(self, path: Path) -> None:
        self._file = pypdfium2.PdfDocument(path)
        self._drawn: dict[int, Drawn] = {}

    def drawn(self, number: int) -> Drawn:
        if number not in self._drawn:
            page = self._file[number - 1]
            width, height = page.get_size()
            letters, boxes = _letters(page)
            self._drawn[number] = Drawn(width=round(width), height=round(height), letters=letters, boxes=boxes.tobytes())
        return self._drawn[number]

    def marked(self, document: Document, wanted: Span) -> dict[int, list[Box]]:
        """Boxes by page; empty ones where the words are not located."""
        pages = [page for page in document.pages if page.span.overlaps(wanted)]
        boxes = _marked(document, wanted, pages, [self.drawn(page.number) for page in pages])
        return {page.number: found for page, found in zip(pages, boxes, strict=True)}

    def under(self, boxes: dict[int, list[Box]]) -> str:
        """The letters whose middle is under a box, in the file's order."""
        return "".join(letters_of(self._under(number, found))[0] for number, found in boxes.items())

    def _under(self, number: int, boxes: Sequence[Box]) -> Iterator[str]:
        page: Any = self._file[number - 1]
        place = _placing(page)
        for character, (left, bottom, right, top) in _characters(page):
            x, y = place((left + right) / 2, (bottom + top) / 2)
            if any(box.left <= x <= box.right and box.top <= y <= box.bottom for box in boxes):
                yield character


def share_located(document: Document, path: Path, sentences: Sequence[Span]) -> tuple[int, list[str]]:
    """How many sentences are located, and those of them under whose marks other letters stand than their own."""
    pages = PrintedPages(path)
    located, wrong = 0, []
    for sentence in sentences:
        boxes = pages.marked(document, sentence)
        if all(boxes.values()) and boxes:
            located += 1
            words = document.slice(sentence)
            under, wanted = pages.under(boxes), letters_of(words)[0]
            if under != wanted and sorted(under) != sorted(wanted):  # columns may come in another order in the file
                wrong.append(words)
    return located, wrong
