"""Columns of a PDF page: one is read after the other, and what is none is left in its rows."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support import read
from tests.typeset import compile_typst, printed


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    """The left column comes first, and a paragraph goes on from its foot to the head of the right one."""
    words = " ".join(f"number{number}" for number in range(150))
    path = printed(tmp_path, f"#set page(columns: 2)\n{words}")

    assert read(path).text == words


_COLUMNS = """
#set text(font: "Libertinus Serif", size: 9pt, lang: "en", hyphenate: {hyphenate})
#set par(justify: {hyphenate})
#set page(paper: "a5", margin: 12mm, flipped: {flipped}, columns: {columns}, numbering: {numbering})
{head}
{words}
"""
_ABSTRACT = (
    '#place(top, scope: "parent", float: true)['
    + "This paper is on rain, which fell for many days and on all fields of the land. " * 24
    + "]"
)


@pytest.mark.parametrize("columns", [2, 3])
@pytest.mark.parametrize("sentence_count", [20, 34, 90, 97, 103, 110, 117, 119, 125, 134, 139, 146, 153, 160])
def test_columns_of_any_length_are_read_one_after_the_other(tmp_path: Path, columns: int, sentence_count: int) -> None:
    """A last page whose right column has only a few lines was read across both columns: quotations that nobody had written."""
    expected = numbered(sentence_count)
    path = tmp_path / "columns.pdf"
    layout = {"hyphenate": "true", "flipped": str(columns > 2).lower(), "columns": columns, "numbering": '"1"'}
    compile_typst(_COLUMNS.format(**layout, head="", words=" ".join(expected)), path)
    text = read(path).text

    assert [sentence for sentence in expected if sentence not in text] == []


@pytest.mark.parametrize("sentence_count", [12, 60, 97])
def test_columns_under_a_wide_abstract_are_read_one_after_the_other(tmp_path: Path, sentence_count: int) -> None:
    """Many lines across the page hid the columns under them; ragged lines do not hide them either."""
    expected = numbered(sentence_count)
    path = tmp_path / "abstract.pdf"
    layout = {"hyphenate": "false", "flipped": "false", "columns": 2, "numbering": "none"}
    compile_typst(_COLUMNS.format(**layout, head=_ABSTRACT, words=" ".join(expected)), path)
    text = read(path).text

    assert [sentence for sentence in expected if sentence not in text] == []


def test_names_side_by_side_under_a_contract_are_not_columns(tmp_path: Path) -> None:
    """Only running text makes columns: the numbers of list items stay at the head of their items."""
    items = "\n".join(f"#grid(columns: (12mm, 1fr), [{letter}.], [{'The buyer pays what the seller asks. ' * 4}])" for letter in "abcde")
    names = "#grid(columns: (60mm, 30mm), " + "[The seller, by], [The buyer, by]," * 6 + ")"
    path = tmp_path / "contract.pdf"
    compile_typst(f'#set page(paper: "a5", margin: 12mm)\n{items}\n{names}', path)

    text = read(path).text

    assert all(f"{letter}. The buyer pays" in text for letter in "abcde")


def numbered(count: int) -> list[str]:
    """Sentences, each another one, with words long enough to be broken at line ends."""
    words = "river treaty international commission flood village report regional growth trade minister cooperation harvest".split()
    seeded = random.Random(count)
    return [f"Number{number} {' '.join(seeded.choices(words, k=seeded.randint(4, 20)))}." for number in range(count)]
