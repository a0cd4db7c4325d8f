"""The source as HTML: everything of the document once, its own notes reachable. What is highlighted in it: tests/test_browser_pane.py."""

from __future__ import annotations

import random
import re

import pytest

from chat.render.source import source_html
from index.library import Index
from index.records import Block, BlockKind, Document, Note, NoteMark, Page, Span
from tests.markup import Element, parsed

_WORDS = "one *two* <b>three</b> $$four$$ fünf 六 שבע 😀 `nine` [ten](x) & \u202eeleven\u202c".split()
_KINDS = tuple(BlockKind)


@pytest.mark.parametrize("seed", range(200))
def test_blocks_say_where_they_start(seed: int) -> None:
    """The text of all elements with `data-start`, note marks and page names in them aside, is the document's text from there on."""
    document = random_document(random.Random(seed))
    for block in parsed(source_html(document)).all():
        if "data-start" in block.attributes:
            words = _own_text(block)
            start = int(block.attributes["data-start"])
            assert document.text[start : start + len(words)] == words, f"seed {seed}"
    marks = [mark.attributes["data-at"] for mark in parsed(source_html(document)).all("sup")]
    assert marks == [str(mark.position) for mark in document.marks], f"seed {seed}"


@pytest.mark.parametrize("seed", range(200))
def test_everything_of_the_document_is_there_once(seed: int) -> None:
    """What is shown, marks and page names aside, is the document's text; each mark and page of it stands there once."""
    document = random_document(random.Random(seed))
    page = parsed(source_html(document))

    assert _own_text(page) == document.text.replace("\n\n", ""), f"seed {seed}"
    assert [mark.text for mark in _body(page).all("sup")] == [document.notes[mark.note].label for mark in document.marks]
    labelled = any(each.label for each in document.pages)
    starts = {each.span.start: (each.label, each.number) for each in document.pages}  # the last of those that start together
    shown = [element.text for element in page.all() if element.attributes.get("class") in ("page", "page-turn")]
    names = [(label, number) for start, (label, number) in starts.items() if start < len(document.text)]
    assert shown == [
        f"page {label}" + (f" ({number} of the file)" if label != str(number) else "")
        if label
        else f"page {number}" + (" of the file" if labelled else "")
        for label, number in names
    ], f"seed {seed}"


@pytest.mark.parametrize("seed", range(50))
def test_each_note_mark_links_to_its_note_and_each_note_back(seed: int) -> None:
    """Every link inside the source leads to one element, and ids are unique."""
    document = random_document(random.Random(seed))
    page = parsed(source_html(document))

    ids = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    links = [link.attributes["href"][1:] for link in page.all("a") if link.attributes["href"].startswith("#")]
    assert len(ids) == len(set(ids))
    assert set(links) <= set(ids)
    assert [link for link in links if link.startswith("own-")] == [f"own-{mark.note}" for mark in document.marks]


def test_the_head_says_what_is_read(brief_index: Index) -> None:
    """Title, author, publisher, date and size stand over the text."""
    (document,) = brief_index.documents.values()
    page = parsed(source_html(document))

    assert page.one("h2").text == "South-South Cooperation: Fostering Global Development and Solidarity"
    assert re.fullmatch(
        r"Mahrukh Khan · Institute of Strategic Studies Islamabad · September 12, 2023 · 1,8\d\d words · 7 notes",
        page.one("p", kind="byline").text,
    )
    assert [item.attributes["id"] for item in page.one("ol").all("li")] == [f"own-{row}" for row in range(7)]


def test_a_page_that_begins_inside_a_paragraph_is_named_there() -> None:
    """A sentence that runs over a page stays one paragraph, with the page's name where it begins."""
    pages = (Page(1, "i", Span(0, 7)), Page(2, "", Span(7, 21)), Page(3, "", Span(21, 25)))
    document = _document("One run over pages.", "Two.", pages=pages)
    page = parsed(source_html(document))

    assert [rule.text for rule in page.all("div", kind="page")] == ["page i (1 of the file)", "page 3 of the file"]
    assert page.one("span", kind="page-turn").text == "page 2 of the file"
    assert [start.attributes["data-page"] for start in page.all() if "data-page" in start.attributes] == ["1", "2", "3"]


def test_text_in_no_block_is_shown() -> None:
    """A document whose reader found no blocks is shown paragraph by paragraph."""
    page = parsed(source_html(Document("d", "d.txt", {}, "One.\n\nTwo *two*.")))

    assert [paragraph.text for paragraph in page.all("p")[1:]] == ["One.", "Two *two*."]


def test_list_items_stand_in_lists_and_headings_below_the_title() -> None:
    """Items that follow each other are one list; a heading's tag says how deep it is."""
    text = "Head\n\nitem\n\nitem\n\nplain\n\nitem"
    kinds = [(BlockKind.HEADING, 3), (BlockKind.LIST_ITEM, 1), (BlockKind.LIST_ITEM, 2), (BlockKind.PARAGRAPH, 0), (BlockKind.LIST_ITEM, 1)]
    spans = [Span(found.start(), found.end()) for found in re.finditer(r"\w+", text)]
    document = Document("d", "d.md", {}, text, blocks=tuple(Block(*kind, span) for kind, span in zip(kinds, spans, strict=True)))
    page = parsed(source_html(document))

    assert [len(items.all("li")) for items in page.all("ul")] == [2, 1]
    assert page.one("h4").text == "Head"
    assert page.one("li", kind="level-2").text == "item"


def test_rows_of_a_table_stand_in_one_table_and_long_texts_in_leaves() -> None:
    """Rows that follow each other are one table; a browser can leave out what is out of sight, and knows about how high it is."""
    texts = ["a b", "c d", *["word " * 199 + "word"] * 12]
    spans, start = [], 0
    for text in texts:
        spans.append(Span(start, start + len(text)))
        start += len(text) + 2
    kinds = [BlockKind.TABLE] * 2 + [BlockKind.PARAGRAPH] * 12
    blocks = tuple(Block(kind, 0, span) for kind, span in zip(kinds, spans, strict=True))
    page = parsed(source_html(Document("d", "d.pdf", {}, "\n\n".join(texts), blocks=blocks)))

    assert [row.text for row in page.one("div", kind="table").all("p")] == ["a b", "c d"]
    leaves = page.all("section", kind="leaf")
    assert [len(leaf.all("p")) for leaf in leaves] == [6, 5, 3]
    assert [leaf.attributes["style"] for leaf in leaves] == ["--lines: 62", "--lines: 75", "--lines: 45"]


def test_pages_are_offered_as_images_where_there_are_some() -> None:
    """A switch stands over such a document, and over no other."""
    document = _document("One.")
    offered = parsed(source_html(document, pictured=True))

    assert [button.text for button in offered.one("div", kind="views").all("button")] == ["Text", "Page"]
    assert parsed(source_html(document)).all("button") == []


def test_an_item_that_brings_its_own_number_gets_no_bullet() -> None:
    """Where the reader left `1.` or `•` in the text, a second marker would be one too many."""
    text = "1. One\n\n• Two\n\nThree. Four"
    spans = [Span(found.start(), found.end()) for found in re.finditer(r"[^\n]+", text)]
    document = Document("d", "d.pdf", {}, text, blocks=tuple(Block(BlockKind.LIST_ITEM, 1, span) for span in spans))

    assert [item.attributes["class"] for item in parsed(source_html(document)).all("li")] == ["level-1 bare", "level-1 bare", "level-1"]


def test_a_title_is_text() -> None:
    """What a file's title holds is shown, not run."""
    document = Document("d", "d.md", {"title": "<script>alert(1)</script> *T*"}, "x")

    assert parsed(source_html(document)).one("h2").text == "<script>alert(1)</script> *T*"


def _body(page: Element) -> Element:
    """The article without the list of its notes."""
    article = page.one("article")
    article.children = [
        child for child in article.children if not (isinstance(child, Element) and child.attributes.get("class") == "own-notes")
    ]
    return article


def _own_text(page: Element) -> str:
    def shown(element: Element | str) -> str:
        if isinstance(element, str):
            return element
        aside = element.tag in ("sup", "h2") or element.attributes.get("class") in ("page", "page-turn", "byline", "own-notes")
        return "" if aside else "".join(map(shown, element.children))

    return shown(page)


def _document(*paragraphs: str, **parts: object) -> Document:
    blocks, start = [], 0
    for text in paragraphs:
        blocks.append(Block(BlockKind.PARAGRAPH, 0, Span(start, start + len(text))))
        start += len(text) + 2
    return Document("d", "d.md", {}, "\n\n".join(paragraphs), blocks=tuple(blocks), **parts)  # type: ignore[arg-type]


def random_document(chance: random.Random) -> Document:
    """A document with blocks of any kind, text outside of them, notes, marks anywhere and pages that start anywhere, empty ones too."""
    texts = [" ".join(chance.choices(_WORDS, k=chance.randint(1, 12))) for _ in range(chance.randint(1, 8))]
    text = "\n\n".join(texts)
    blocks, start = [], 0
    for each in texts:
        if chance.random() < 0.9:
            blocks.append(Block(chance.choice(_KINDS), chance.randint(0, 4), Span(start, start + len(each))))
        start += len(each) + 2
    notes = tuple(
        Note(str(row + 1), f"Note <{row}>.", chance.choice(["", "https://example.org/a/b"])) for row in range(chance.randint(0, 4))
    )
    marks = sorted(NoteMark(chance.randint(0, len(text)), chance.randrange(len(notes))) for _ in range(3)) if notes else []
    cuts = sorted(chance.randint(0, len(text)) for _ in range(chance.randint(0, 4)))
    pages = tuple(
        Page(row + 1, chance.choice(["", "iv", "<7>"]), Span(left, right))
        for row, (left, right) in enumerate(zip([0, *cuts], [*cuts, len(text)], strict=True))
    )
    return Document(
        "d", "d.md", {}, text, pages=pages if chance.random() < 0.7 else (), blocks=tuple(blocks), notes=notes, marks=tuple(marks)
    )
