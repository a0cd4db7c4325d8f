"""
Captions, tables and boxes that stand between two parts of a paragraph, because a page or a column ended there: out of its middle.

What stands at the foot of a page goes before the paragraph, what stands at the head of the next one after it, so that each stays on
its page and the paragraph is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingest.pdf.layout import Line
from ingest.pdf.noted import MarkedLine

_MAX_FLOATS = 40  # blocks between the two parts; a table has a block for each row

_Lines = list[MarkedLine]


def without_floats_inside(
    blocks: Sequence[_Lines], *, goes_on: Callable[[MarkedLine, MarkedLine], bool], is_float: Callable[[_Lines, Line], bool]
) -> list[_Lines]:
    """The blocks with paragraphs whole that others stood in the middle of. Each block stays on its page."""
    found: list[_Lines] = []
    row = 0
    while row < len(blocks):
        block = list(blocks[row])
        after: list[_Lines] = []
        row += 1
        while True:
            between = _floats(blocks, row, block, is_float)
            rest = row + between
            if not between or rest >= len(blocks):
                break
            if not _is_elsewhere(block[-1], blocks[rest][0]) or not goes_on(block[-1], blocks[rest][0]):
                break
            floats = blocks[row:rest]
            page, last = block[0].page, blocks[rest][-1].page
            foot = [one for one in floats if one[-1].page == page and page != last]
            head = [one for one in floats if one not in foot]
            if any(one[0].page != last for one in head):  # they would leave their page
                break
            found += foot
            after += head
            block += blocks[rest]
            row = rest + 1
        found += [block, *after]
    return found


def _floats(blocks: Sequence[_Lines], row: int, block: _Lines, is_float: Callable[[_Lines, Line], bool]) -> int:
    """How many blocks from a row on may stand in the middle of a paragraph."""
    if is_float(block, block[-1].line):
        return 0
    count = 0
    while row + count < len(blocks) and count <= _MAX_FLOATS and is_float(list(blocks[row + count]), block[-1].line):
        count += 1
    return count if count <= _MAX_FLOATS else 0


def _is_elsewhere(before: MarkedLine, after: MarkedLine) -> bool:
    """Whether two lines stand on other pages or in other columns."""
    return (before.page, before.line.column) != (after.page, after.line.column)
