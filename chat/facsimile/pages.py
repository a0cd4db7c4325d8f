"""The page images of the documents of an index, by document and number; never by a path. The words of a stretch are marked on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chat.facsimile.boxes import Box, cover_others, joined
from chat.facsimile.drawer import Drawer
from chat.facsimile.drawing import Drawn
from chat.facsimile.letters import located
from index.corpus import corpus_files
from index.errors import UnusableFolder
from index.library import Index
from index.manifest import sha256_of
from index.records import Document, Page, Span

_MOST_PAGES = 4  # of one stretch; a quotation stands on one or two
_AROUND = 60  # code points before and after its pages that are looked at too: a word that the page broke


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page, with the part of a stretch of text that stands on it."""

    page: Page
    drawn: Drawn
    boxes: tuple[Box, ...]  # of the words wanted on it; () where there are none, or they were not located
    wanted: bool = False  # whether words wanted stand on it

    @property
    def is_located(self) -> bool:
        """Whether all words wanted on it are marked."""
        return not self.wanted or bool(self.boxes)


class Facsimiles:
    """
    The page images of an index's documents. Only those have one whose PDF still lies in the corpus folder and has the bytes that were read.
    """

    def __init__(self, index: Index, corpus: Path | None, drawer: Drawer) -> None:
        self._drawer = drawer
        self._hashes = index.manifest.sources
        self._paths = _pdfs(corpus)
        self._checked: dict[str, tuple[tuple[int, int], bool]] = {}  # by source: size and time of change, and whether the hash was right

    def has(self, document: Document) -> bool:
        """Whether its pages can be drawn."""
        source = document.source
        path = self._paths.get(source)
        if path is None or not document.pages or source not in self._hashes:
            return False
        try:
            stat = path.stat()
            state = (stat.st_size, stat.st_mtime_ns)
            if self._checked.get(source, (None,))[0] != state:
                self._checked[source] = (state, sha256_of(path) == self._hashes[source])
        except OSError:
            return False
        return self._checked[source][1]

    def page(self, document: Document, number: int) -> PageImage | None:
        """A page by its physical number; None where there is none, or it cannot be drawn."""
        page = next((page for page in document.pages if page.number == number), None)
        drawn = self._drawn(document, [page] if page else [])
        return PageImage(page, drawn[0], ()) if page and drawn else None

    def pages(self, document: Document, wanted: Span) -> tuple[PageImage, ...]:
        """
        The pages on which a stretch of a document stands, with its words marked; () where one of them cannot be drawn.

        Guarantees
        - the letters under the marks are the letters and digits of the stretch, all of them; or nothing is marked
        """
        pages = [page for page in document.pages if page.span.overlaps(wanted)]
        drawn = self._drawn(document, pages[:_MOST_PAGES])
        if not drawn:
            return ()
        too_many = len(pages) > _MOST_PAGES
        pages = pages[:_MOST_PAGES]
        boxes = [[] for _ in pages] if too_many else _marked(document, wanted, pages, drawn)
        return tuple(PageImage(page, each, tuple(found), wanted=True) for page, each, found in zip(pages, drawn, boxes, strict=True))

    def _drawn(self, document: Document, pages: Sequence[Page]) -> list[Drawn]:
        """All of these pages, or none."""
        if not self.has(document):
            return []
        path, sha256 = self._paths[document.source], self._hashes[document.source]
        drawn = [self._drawer.draw(path, sha256, page.number) for page in pages]
        return [] if any(each.problem for each in drawn) else drawn


def _pdfs(corpus: Path | None) -> Mapping[str, Path]:
    """The regular PDF files of a corpus folder by their path inside it."""
    try:
        files = corpus_files(corpus) if corpus is not None else {}
    except UnusableFolder:
        return {}
    return {source: path for source, path in files.items() if path.suffix.lower() == ".pdf" and path.is_file()}


def _marked(document: Document, wanted: Span, pages: Sequence[Page], drawn: Sequence[Drawn]) -> list[list[Box]]:
    """The boxes on each page; none on any where a letter is not found, others lie over it, or a page should have words and has none."""
    nothing: list[list[Box]] = [[] for _ in pages]
    low = max(0, min(pages[0].span.start - _AROUND, wanted.start))
    text = document.text[low : max(pages[-1].span.end + _AROUND, wanted.end)]
    rows = located(text, Span(wanted.start - low, wanted.end - low), "".join(each.letters for each in drawn))
    if rows is None:
        return nothing
    found: list[list[Box]] = []
    first = 0
    for each in drawn:
        end = first + len(each.letters)
        own = [row - first for row in rows if first <= row < end]
        found.append(joined(own, each.corners, aspect=each.height / each.width))
        if cover_others(found[-1], own, each.corners):
            return nothing
        first = end
    return found if all(found) else nothing
