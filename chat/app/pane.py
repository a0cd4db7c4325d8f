"""What the browser asks about the readings while someone looks at them: the link of a place in, HTML or words out. Needs no gradio."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources

from chat.citing import DEFAULT_STYLE, STYLES
from chat.exact import askable
from chat.facsimile.pages import Facsimiles
from chat.render.facsimile import facsimile_html
from chat.render.html import linked_place
from chat.render.passage import passage_html
from chat.render.source import source_html
from index.library import Index
from index.records import Document, Passage, Span

_SCRIPTS = ("pane.js", "card.js", "selection.js", "page.js")  # one after the other they are one program


def pane_script() -> str:
    """What runs in the browser when the pane is there."""
    return "\n".join(resources.files("chat.app").joinpath(name).read_text(encoding="utf-8") for name in _SCRIPTS)


@dataclass(frozen=True, slots=True)
class Reading:
    """A document to look at."""

    document: Document
    passages: Sequence[Passage]  # its own
    facsimiles: Facsimiles | None = None  # None where nobody has its file


def readings(index: Index, facsimiles: Facsimiles | None = None) -> Callable[[int], Reading | None]:
    """A function that gives the reading of a row of an index; None for a row that is not there."""
    documents = tuple(index.documents.values())

    def reading(row: int) -> Reading | None:
        if row >= len(documents):
            return None
        return reading_of(index, documents[row], facsimiles)

    return reading


def reading_of(index: Index, document: Document, facsimiles: Facsimiles | None = None) -> Reading:
    """A document of an index with its passages."""
    return Reading(document, [index.passages[row] for row in index.passage_rows[document.id]], facsimiles)


_GONE = '<article class="reading"><p class="line">This reading has changed since it was quoted, or is no longer here.</p></article>'
_NO_FILE = '<p class="line">The file in the corpus folder was changed or removed, so its pages cannot be shown.</p>'


def pane_functions(reading: Callable[[int], Reading | None], is_gone: Callable[[int], bool] = lambda _: False) -> list[Callable[..., str]]:
    """
    The functions that the pane's script calls by their names; `reading` gives what the number in a link stands for, `is_gone` whether it
    stood for something once.

    Whatever they are given, they say '' of a place that does not exist.
    """

    def look(link: object) -> tuple[Reading, Span | None] | None:
        found = linked_place(link) if isinstance(link, str) else None
        there = reading(found[0]) if found else None
        if found is None or there is None:
            return None
        _, span = found
        return there, span if span is None or span.end <= len(there.document.text) else None

    def source(link: object) -> str:
        """The document of a place."""
        there, _ = look(link) or (None, None)
        if there is None:
            found = linked_place(link) if isinstance(link, str) else None
            return _GONE if found and is_gone(found[0]) else ""
        return source_html(there.document, pictured=_is_pictured(there))

    def passage(asked: object) -> str:
        """The words of a place in their paragraph, for a card; the place comes with the name of a citation style."""
        link, name = asked if isinstance(asked, list) and len(asked) == 2 else (None, "")
        there, span = look(link) or (None, None)
        style = next((style for style in STYLES if style.name == name), DEFAULT_STYLE)
        return passage_html(there.document, span, style) if there and span else ""

    def words(link: object) -> str:
        """The words of a place as a question can have them between quotation marks."""
        there, span = look(link) or (None, None)
        return askable(span, there.passages) if there and span else ""

    def facsimile(asked: object) -> str:
        """The images of the pages of a place, or of the page whose number is given with it; 0 is none."""
        link, number = asked if isinstance(asked, list) and len(asked) == 2 else (None, 0)
        there, span = look(link) or (None, None)
        if there is None or there.facsimiles is None or not isinstance(number, int):
            return ""
        if not _is_pictured(there):
            return _NO_FILE if there.document.pages else ""
        document = there.document
        if span:
            images = there.facsimiles.pages(document, span)
            if not number or number in [image.page.number for image in images]:
                return facsimile_html(document, images)
        page = there.facsimiles.page(document, number or document.pages[0].number)
        return facsimile_html(document, [page] if page else [])

    return [source, passage, words, facsimile]


def _is_pictured(reading: Reading) -> bool:
    return reading.facsimiles is not None and reading.facsimiles.has(reading.document)
