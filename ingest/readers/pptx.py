"""
Slides (PowerPoint), through python-pptx: each slide is a page, its title a heading, what is said to it speaker notes after its text.

Read in the order in which the slide holds its parts, the title first. Dates, footers and slide numbers that stand on every slide are not
text. Charts and pictures are not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from index.errors import UnreadableDocument
from index.extraction import Extraction
from index.records import BlockKind, PageUnit
from ingest.formats import content_of
from ingest.markup.archives import pack, unpack
from ingest.markup.office import parsed
from ingest.metadata import authors_of, title_of
from ingest.normalise import Composer, PageStart, canonical
from ingest.readers import DEFAULTS, Options, Reading

suffixes: tuple[str, ...] = (".pptx", ".pptm", ".ppsx")

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PRESENTATION_TYPE = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
_OTHER_TYPES = (  # the same parts under another name, which python-pptx does not open
    b"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
    b"application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml",
)
_MAX_DEPTH = 50  # groups in groups

_T = TypeVar("_T")


class _Slide:
    """The blocks of one slide."""

    def __init__(self) -> None:
        self.blocks: list[tuple[BlockKind, int, str]] = []
        self.dropped = 0  # paragraphs of dates, footers and slide numbers

    def add(self, kind: BlockKind, level: int, words: str) -> None:
        """Append a block, if it says something."""
        if canonical(words):
            self.blocks.append((kind, level, words))


def read(path: Path, source: str, _: Options = DEFAULTS) -> Iterator[Reading]:
    """The file as one document."""
    parts = unpack(content_of(path, source), source, "a PowerPoint file")
    types = "[Content_Types].xml"
    for other in _OTHER_TYPES:
        parts[types] = parts.get(types, b"").replace(other, _PRESENTATION_TYPE)
    yield _guarded(source, lambda: _read(pack(parts), path, source))


def _guarded(source: str, ask: Callable[[], _T]) -> _T:
    """
    What python-pptx answers, or UnreadableDocument: on damaged files it raises whatever the wrong parts lead to, so all is caught here.
    """
    try:
        return ask()
    except UnreadableDocument:
        raise
    except Exception as error:
        name = type(error).__name__
        raise UnreadableDocument(source, f"is damaged ({name}); open it in a slide program, save it anew and ingest that") from error


def _read(content: bytes, path: Path, source: str) -> Reading:
    from pptx import Presentation

    presentation = Presentation(BytesIO(content))
    composer = Composer()
    empty: list[int] = []
    dropped = 0
    title = ""
    for number, slide in enumerate(presentation.slides, start=1):
        found = _slide(slide)
        dropped += found.dropped
        composer.page(PageStart(number))
        for kind, level, words in found.blocks:
            composer.add(kind, level, [words])
            title = title or (canonical(words) if number == 1 and kind is BlockKind.HEADING else "")
        if not found.blocks:
            empty.append(number)
    if title == "" and len(empty) == len(presentation.slides):
        raise UnreadableDocument(source, "has no text on its slides, only pictures; save it as PDF, run OCR on it and ingest the result")
    properties = presentation.core_properties
    metadata: dict[str, Any] = {"title": known} if (known := title_of(properties.title, path) or title) else {}
    if names := authors_of(properties.author):
        metadata["author"] = [{"literal": name} for name in names]
    document = composer.compose(id=source, source=source, metadata=metadata, page_unit=PageUnit.SLIDE)
    return Reading(document, Extraction(dropped_lines=dropped, empty_pages=tuple(empty)))


def _slide(slide: Any) -> _Slide:
    """A slide's words: the title, the rest in the slide's own order, the speaker's notes."""
    found = _Slide()
    title = slide.shapes.title
    if title is not None:
        found.add(BlockKind.HEADING, 1, " ".join(paragraph.text for paragraph in title.text_frame.paragraphs))
    for shape in slide.shapes:
        if title is None or shape.shape_id != title.shape_id:
            _shape(shape, found, depth=0)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
            found.add(BlockKind.SPEAKER_NOTE, 0, paragraph.text)
    return found


def _shape(shape: Any, found: _Slide, *, depth: int) -> None:
    from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER

    if shape.shape_type == MSO_SHAPE_TYPE.GROUP and depth < _MAX_DEPTH:
        for inner in shape.shapes:
            _shape(inner, found, depth=depth + 1)
        return
    if shape.has_text_frame:
        kind = shape.placeholder_format.type if shape.is_placeholder else None
        if kind in (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER):
            found.dropped += sum(bool(paragraph.text.strip()) for paragraph in shape.text_frame.paragraphs)
            return
        has_bullets = kind in (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY)
        for paragraph in shape.text_frame.paragraphs:
            _paragraph(paragraph, found, has_bullets=has_bullets)
    elif getattr(shape, "has_table", False):
        for row in shape.table.rows:
            found.add(BlockKind.TABLE, 0, " ".join(cell.text for cell in row.cells))
    else:
        for words in _diagram(shape):
            found.add(BlockKind.PARAGRAPH, 0, words)


def _paragraph(paragraph: Any, found: _Slide, *, has_bullets: bool) -> None:
    """A paragraph: an item where its place has bullets and it does not say otherwise, or where it has one of its own."""
    properties = paragraph._p.pPr  # noqa: SLF001 - python-pptx has no public word for bullets
    own = {child.tag.removeprefix(_DRAWING) for child in properties} if properties is not None else set()
    if own & {"buChar", "buAutoNum", "buBlip"} or (has_bullets and "buNone" not in own):
        found.add(BlockKind.LIST_ITEM, paragraph.level + 1, paragraph.text)
    else:
        found.add(BlockKind.PARAGRAPH, 0, paragraph.text)


def _diagram(shape: Any) -> Iterator[str]:
    """The paragraphs of a diagram (SmartArt), whose words lie in a part of their own."""
    for element in shape.element.iter("{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"):
        key = element.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm")
        part = shape.part.related_part(key) if key else None
        root = parsed(part.blob) if part is not None else None
        for paragraph in root.iter(f"{_DRAWING}p") if root is not None else ():
            yield "".join(words.text or "" for words in paragraph.iter(f"{_DRAWING}t"))
