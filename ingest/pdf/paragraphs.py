"""
Lines of all pages to blocks: headings, paragraphs and list items, whole again where a page or a column ended in them.

What ends a paragraph: a wider gap, a first line set in, a list marker, a change of size, or a line that had room for the next word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from index.records import BlockKind
from ingest.pdf.floats import without_floats_inside
from ingest.pdf.hyphens import HYPHENS, SOFT_HYPHEN
from ingest.pdf.layout import Line
from ingest.pdf.noted import MarkedLine

_HEADING_MAX_CHARACTERS = 200  # of a larger line; longer is a pull quote
_BOLD_HEADING_MAX_CHARACTERS = 90  # of a bold line in the body's size
_CAPITALS_MIN = 5  # letters of a heading in capitals; fewer are an abbreviation
_MAX_HEADING_LEVEL = 6
_LARGER = 1.1  # of the body's size: a heading's
_WIDER = 1.25  # of the usual distance of lines: between paragraphs
_INDENT = 0.8  # of the font size

_MARKER = re.compile(
    r"(?:[•●▪◦‣·■□–—*-]|\(?\d{1,3}[.)]|\(?[A-Za-z][.)]|\([A-Za-z]{1,4}\)|[ivxIVX]{1,5}[.)]|\d{1,2}(?:\.\d{1,3})+\.?|(?:ARTICLE|Article|SECTION|Section)\s+[\dIVXL.]+)\s"
)
_BULLET = re.compile(r"[•●▪◦‣■□\uf0b7\uf0a7]\s*")
_TERMINAL = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_LEADER = re.compile(r"(?:\s?[.·…]){4,}\s*\w*$")  # the dots of a table of contents
_CAPTION = re.compile(
    r"(?:FIGURE|Figure|FIG\.|Fig\.|TABLE|Table|CHART|Chart|GRAPH|Graph|BOX|Box|EXHIBIT|Exhibit|MAP|Map|PLATE|Plate|DIAGRAM|Diagram|SCHEME|Scheme"
    r"|Abbildung|Abb\.|Tabelle|Tab\.|Tableau|Figura|Tabla)\s(?:[A-Z]\.?)?(?:\d{1,3}(?:[.–-]\d{1,3})*|[IVX]{1,5})[a-z]?\s?(?:[.:|–—]|\s(?=[A-Z])|$)"
)
_OPEN_END = re.compile(r"(?:[.!?:;,…]|\b(?:and|or))[\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class LineBlock:
    """The lines of one block."""

    kind: BlockKind
    level: int
    lines: tuple[MarkedLine, ...]


@dataclass(frozen=True, slots=True)
class _Margins:
    """How the lines of a document are set."""

    body_size: float
    right: dict[tuple[int, int], float]  # by page and column
    left: dict[tuple[int, int], float]
    leading: dict[float, float]  # usual distance of baselines, by font size to a half point

    def usual(self, line: Line) -> float:
        return self.leading.get(round(line.size * 2) / 2, 1.2 * line.size)


def blocks(lines: Sequence[MarkedLine], body_size: float) -> list[LineBlock]:
    """The blocks of a document, in reading order."""
    margins = _margins(lines, body_size)
    found: list[list[MarkedLine]] = []
    rows = _table_rows(lines, margins)
    for line in lines:
        if found and _belongs(found[-1], line, rows, margins):
            found[-1].append(line)
        else:
            found.append([line])
    found = without_floats_inside(found, goes_on=_goes_on_after, is_float=lambda block, text: _is_float(block, text, rows))
    styles = sorted({_style(block) for block in found if _is_larger(block, body_size)}, reverse=True)
    named: list[LineBlock] = []
    for row, block in enumerate(found):
        after = found[row + 1] if row + 1 < len(found) else None
        kind, level = BlockKind.PARAGRAPH, 0
        if id(block[0]) in rows:
            kind = BlockKind.TABLE
        elif _CAPTION.match(block[0].line.text):
            kind = BlockKind.CAPTION
        elif _is_larger(block, body_size):
            kind, level = BlockKind.HEADING, styles.index(_style(block)) + 1
        elif _is_bold_heading(block, after):
            kind, level = BlockKind.HEADING, len(styles) + 1
        elif _MARKER.match(block[0].line.text):
            kind, level = BlockKind.LIST_ITEM, 1
        named.append(LineBlock(kind, min(level, _MAX_HEADING_LEVEL), tuple(block)))
    return named


def _belongs(block: Sequence[MarkedLine], line: MarkedLine, rows: set[int], margins: _Margins) -> bool:
    """Whether a line belongs to the block before it: all lines of a table's row do, other rows of tables are alone."""
    last = block[-1]
    if last.line.row or line.line.row:
        return (last.page, last.line.row) == (line.page, line.line.row)
    return id(line) not in rows and id(block[-1]) not in rows and not _breaks(block, line, margins)


def without_bullet(text: str) -> str:
    """A list item's words without the dot before them; a number stays, for texts refer to it."""
    return _BULLET.sub("", text, count=1) if _BULLET.match(text) else text


def _table_rows(lines: Sequence[MarkedLine], margins: _Margins) -> set[int]:
    """The ids of lines that are rows of a table: of contents, or with three cells, or two over another two. A marker is no cell."""
    cells = [1 if _is_loose(one, margins) else one.line.cells - bool(_MARKER.match(one.line.text)) for one in lines]
    found: set[int] = set()
    for row, line in enumerate(lines):
        beside = (cells[other] for other in (row - 1, row + 1) if 0 <= other < len(lines) and lines[other].page == line.page)
        if line.line.row or _LEADER.search(line.line.text) or cells[row] >= 3 or (cells[row] == 2 and max(beside, default=0) >= 2):
            found.add(id(line))
    return found


def _is_loose(one: MarkedLine, margins: _Margins) -> bool:
    """Whether a line of two words is justified running text: both margins are reached, and there is no figure in it."""
    line, key = one.line, (one.page, one.line.column)
    reaches = abs(line.x0 - margins.left[key]) < 1 and abs(line.x1 - margins.right[key]) < 1
    return line.cells == 2 and reaches and len(line.text.split()) == 2 and line.text.replace(",", "").replace(" ", "").isalpha()


def _margins(lines: Sequence[MarkedLine], body_size: float) -> _Margins:
    left: dict[tuple[int, int], float] = {}
    right: dict[tuple[int, int], float] = {}
    usual: dict[int, list[float]] = defaultdict(list)  # right margins of columns with the same left one
    for key, group in groupby(lines, key=lambda line: (line.page, line.line.column)):
        column = [one.line for one in group]
        left[key] = sorted(line.x0 for line in column)[len(column) // 10]
        right[key] = sorted(line.x1 for line in column)[-1 - len(column) // 20]
        usual[round(left[key] / 20)].append(right[key])
    for key, start in left.items():  # a column with few lines has the margin of the others
        others = sorted(usual[round(start / 20)])
        right[key] = max(right[key], others[len(others) // 2])
    gaps: dict[float, list[float]] = defaultdict(list)
    for a, b in pairwise(lines):
        gap = a.line.y - b.line.y
        if (a.page, a.line.column) == (b.page, b.line.column) and 0 < gap < 3 * b.line.size:
            gaps[round(b.line.size * 2) / 2].append(gap)
    leading = {size: sorted(found)[len(found) * 2 // 5] for size, found in gaps.items() if len(found) >= 3}
    return _Margins(body_size, right, left, leading)


def _breaks(block: Sequence[MarkedLine], after: MarkedLine, margins: _Margins) -> bool:
    """Whether a line starts a new block after the lines before it."""
    before = block[-1]
    a, b = before.line, after.line
    broken_off = not _TERMINAL.search(a.text)
    goes_on = broken_off and b.text[:1].islower()
    same_size = abs(a.size - b.size) <= 0.08 * max(a.size, b.size)
    key = (before.page, a.column)
    gap = a.y - b.y
    if _CAPTION.match(b.text) and (key != (after.page, b.column) or not same_size or gap > _WIDER * margins.usual(b) or gap < 0):
        return True
    if key != (after.page, b.column):
        if _CAPTION.match(block[0].line.text) and not broken_off:
            return True
        return not _runs_over(block, after, margins, same_size=same_size)
    full = not _had_room(a, b, margins.right[key])
    if not same_size:
        return not (goes_on and full and gap <= _WIDER * max(margins.usual(a), margins.usual(b)))
    if a.size >= _LARGER * margins.body_size:  # a heading may be broken anywhere
        return gap > 1.5 * max(margins.usual(b), 1.1 * b.size) or a.bold != b.bold
    if gap > _WIDER * margins.usual(b) or gap < 0:
        return not (goes_on and full and gap <= 2.2 * margins.usual(b))
    shift = b.x0 - a.x0
    if _MARKER.match(b.text) and (not full or abs(shift) > _INDENT * b.size or _OPEN_END.search(a.text)):
        return True
    if goes_on:
        return False
    if not full or _is_under_heading(block, b):
        return True
    hangs = len(block) == 1 and _MARKER.match(a.text)
    if shift > _INDENT * b.size and not hangs:
        return not broken_off
    return shift < -_INDENT * b.size and len(block) > 1 and not broken_off


def _is_under_heading(block: Sequence[MarkedLine], after: Line) -> bool:
    """Whether bold lines without a closing mark are over a line that starts anew in plain weight."""
    text = block[-1].line.text
    return all(one.line.bold for one in block) and not after.runs[0].bold and text[-1].isalnum() and not after.text[:1].islower()


def _runs_over(block: Sequence[MarkedLine], after: MarkedLine, margins: _Margins, *, same_size: bool) -> bool:
    """Whether a paragraph goes on in the next column or on the next page."""
    before = block[-1]
    a, b = before.line, after.line
    if not same_size or a.size >= _LARGER * margins.body_size:
        return False
    if b.text[:1].islower() or (a.text[-1:] in HYPHENS and a.bold == b.bold and not _is_other_word(a.text, b.text)):
        return not _MARKER.match(b.text) or not _OPEN_END.search(a.text)
    if _MARKER.match(b.text) or a.bold != b.bold:
        return False
    right, left = margins.right[before.page, a.column], margins.left[after.page, b.column]
    own = [one.line.x1 for one in block if (one.page, one.line.column) == (before.page, a.column)]
    if len(own) >= 3 and not _TERMINAL.search(a.text):  # set in on both sides, as a quotation is
        right = max(own)
    if _TERMINAL.search(a.text):  # a last line of a paragraph seldom fills its line, and a first one may be set in
        return a.x1 > right - 0.3 * a.size and b.x0 < left + 0.3 * b.size
    return a.x1 > right - 0.12 * (right - margins.left[before.page, a.column])


def _goes_on_after(before: MarkedLine, after: MarkedLine) -> bool:
    """Whether a line beyond doubt goes on where another broke off: in a sentence or a word, in the same print."""
    a, b = before.line, after.line
    same_print = abs(a.size - b.size) <= 0.08 * max(a.size, b.size)
    breaks_off = a.text[-1] in HYPHENS or not _TERMINAL.search(a.text)
    return same_print and breaks_off and b.text[0].islower() and not _MARKER.match(b.text)


def _is_float(block: Sequence[MarkedLine], text: Line, rows: set[int]) -> bool:
    """Whether a block may stand between two parts of a paragraph: a caption, a table, or what is set in other print."""
    line = block[0].line
    other_print = abs(line.size - text.size) > 0.08 * text.size or line.bold != text.bold
    return other_print or id(block[0]) in rows or _CAPTION.match(line.text) is not None


def _is_other_word(before: str, after: str) -> bool:
    """Whether what follows a word that the typesetter broke cannot be the rest of it: the word is in small letters and it is not."""
    return before[-1:] == SOFT_HYPHEN and before[-2:-1].islower() and not after[:1].islower()


def _had_room(line: Line, after: Line, right: float) -> bool:
    """Whether the next line's first word would still have fitted on this one: then the line was ended on purpose."""
    word = after.text.split(maxsplit=1)[0]
    width = (after.x1 - after.x0) / max(len(after.text), 1)
    return line.x1 + (len(word) + 1) * width + 0.5 * line.size < right


def _is_larger(block: Sequence[MarkedLine], body_size: float) -> bool:
    length = sum(len(line.line.text) for line in block)
    has_letters = any(letter.isalpha() for line in block for letter in line.line.text)
    return has_letters and length <= _HEADING_MAX_CHARACTERS and all(line.line.size >= _LARGER * body_size for line in block)


def _style(block: Sequence[MarkedLine]) -> tuple[float, bool]:
    return round(block[0].line.size * 2) / 2, all(line.line.bold for line in block)


def _is_bold_heading(block: Sequence[MarkedLine], after: Sequence[MarkedLine] | None) -> bool:
    """Whether a block of the body's size is a heading: short, bold or in capitals, with no full stop, over text that is not."""
    text = " ".join(line.line.text for line in block)
    if after is None or len(text) > _BOLD_HEADING_MAX_CHARACTERS:
        return False
    bold, capitals = all(line.line.bold for line in block), text.isupper() and sum(map(str.isalpha, text)) >= _CAPITALS_MIN
    leads = (bold and not all(line.line.bold for line in after)) or (capitals and not after[0].line.text.isupper())
    return leads and text[-1] not in ".!?,;)" and any(map(str.isalpha, text))
