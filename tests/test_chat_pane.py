"""What the browser asks about the readings: places that exist are shown, anything else is nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chat.app.pane import Reading, pane_functions, pane_script, readings
from chat.facsimile.drawer import Drawer
from chat.facsimile.pages import Facsimiles
from chat.render.passage import passage_html
from index.library import Index
from index.records import Block, BlockKind, Document, Page, Span
from tests.markup import parsed

_NOWHERE = [
    None,
    7,
    "",
    "source-0",
    "#source-",
    "#source-9",
    "#source-0-9-7",
    "#source-0-0-99999999",
    "#source-0-7-9x",
    {"link": "#source-0"},
]


@pytest.fixture
def functions(brief_index: Index) -> dict[str, Callable[..., str]]:
    facsimiles = Facsimiles(brief_index, None, Drawer())
    return {function.__name__: function for function in pane_functions(readings(brief_index, facsimiles))}


def test_a_place_is_shown_in_its_document_and_in_its_paragraph(functions: dict[str, Callable[..., str]], brief_index: Index) -> None:
    """The document is one article; a card has the words marked in their paragraph, and the citation."""
    (document,) = brief_index.documents.values()
    start = document.text.index("Vision 2025")
    link = f"#source-0-{start}-{start + 11}"
    card = parsed(functions["passage"]([link, "chicago"]))

    assert parsed(functions["source"](link)).one("h2").text == document.title
    assert card.one("mark").text == functions["words"](link) == "Vision 2025"
    assert card.one("p", kind="said").text in document.text
    assert card.one("p", kind="cited").text.startswith("Mahrukh Khan, South-South Cooperation: Fostering")
    assert parsed(functions["passage"]([link, "mla"])).one("p", kind="cited").text.startswith("(Khan, sec. “")
    assert functions["passage"](link) == functions["passage"](None) == ""


@pytest.mark.parametrize("link", _NOWHERE, ids=repr)
def test_a_place_that_does_not_exist_is_nothing(functions: dict[str, Callable[..., str]], link: object) -> None:
    """Whatever is sent, nothing comes back and nothing is raised; of a document's wrong place the document."""
    assert functions["passage"]([link, "chicago"]) == ""
    assert functions["words"](link) == ""
    assert functions["facsimile"]([link, 1]) == ""
    assert (functions["source"](link) == "") == (link != "#source-0-0-99999999")


@pytest.mark.parametrize(
    "asked", [None, "#source-0", [], ["#source-0"], ["#source-0", "1"], ["#source-0", 1.5], ["#source-0", -1], [1, 2, 3]]
)
def test_no_image_comes_from_a_document_that_has_none(functions: dict[str, Callable[..., str]], asked: object) -> None:
    """A Markdown file has no pages, and what asks wrongly gets nothing."""
    assert functions["facsimile"](asked) == ""


def test_a_visitors_own_reading_has_no_images(tmp_path: Path) -> None:
    """Whose file nobody kept is shown as text alone."""
    document = Document("d", "d.pdf", {}, "Words.", pages=(Page(1, "", Span(0, 6)),))
    source, _, _, facsimile = pane_functions(lambda number: Reading(document, ()) if number == 7 else None)

    assert parsed(source("#source-7")).one("h2").text == "d"
    assert parsed(source("#source-7")).all("button") == []
    assert facsimile(["#source-7", 1]) == ""


def test_a_long_paragraph_is_cut_between_words_on_its_card() -> None:
    """What is left out is shown by an ellipsis that is not marked, and all of it is text."""
    text = "<b>word</b> " * 100 + "The *very* words." + " more" * 100
    start = text.index("The")
    document = Document("d", "d.txt", {}, text, blocks=(Block(BlockKind.PARAGRAPH, 0, Span(0, len(text))),))
    card = parsed(passage_html(document, Span(start, start + 17)))
    said = card.one("p", kind="said").text

    assert card.one("mark").text == "The *very* words."
    assert said.startswith("… <b>word</b> <b>word</b>")
    assert said.endswith(" more more …")
    assert len(said) < 520
    assert card.all("b") == []


def test_the_script_is_one_program() -> None:
    """The files are joined in the order in which they use each other, and the last line shows the first reading."""
    script = pane_script()

    assert script.index("async function show") < script.index("async function peek") < script.index("async function askAbout")
    assert script.rstrip().endswith('else show("#source-0", { stay: true });')
