"""Slides: each is a page, whatever is on it, and what is said to it is kept apart from what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from pptx import Presentation
from pptx.util import Inches

from index.errors import UnreadableDocument
from index.records import BlockKind, PageUnit
from ingest.normalise import is_canonical
from ingest.readers import Reading, readers
from tests.written import pandoc

DECK = """---
title: On Notes
author: Ada Bee
---

## First slide

- one
    - two

::: notes
Say this slowly.

And that.
:::

## Second slide

| Country | Year |
|---------|------|
| Kenya   | 1978 |
"""


def reading(path: Path) -> Reading:
    (found,) = readers()[path.suffix].read(path, path.name)
    assert isinstance(found, Reading)
    return found


def blocks(found: Reading) -> list[tuple[str, int, str]]:
    return [(block.kind.value, block.level, found.document.slice(block.span)) for block in found.document.blocks]


def saved(deck, tmp_path: Path) -> Path:
    deck.save(str(tmp_path / "a.pptx"))
    return tmp_path / "a.pptx"


def test_a_deck_is_slides_with_titles_items_tables_and_what_is_said(tmp_path):
    """Titles are headings, bullets items with their level, rows a block each; notes come after their slide's text."""
    found = reading(pandoc(DECK, tmp_path / "a.pptx", "--slide-level=2"))

    assert blocks(found) == [
        ("heading", 1, "On Notes"),
        ("paragraph", 0, "Ada Bee"),
        ("heading", 1, "First slide"),
        ("list-item", 1, "one"),
        ("list-item", 2, "two"),
        ("speaker-note", 0, "Say this slowly."),
        ("speaker-note", 0, "And that."),
        ("heading", 1, "Second slide"),
        ("table", 0, "Country Year"),
        ("table", 0, "Kenya 1978"),
    ]
    assert found.document.page_unit is PageUnit.SLIDE
    assert found.document.metadata == {"title": "On Notes", "author": [{"literal": "Ada Bee"}]}
    assert is_canonical(found.document)


def test_a_position_is_on_its_slide(tmp_path):
    """A quotation cites the number that the slide has in the deck, and its title."""
    document = reading(pandoc(DECK, tmp_path / "a.pptx", "--slide-level=2")).document
    place = document.text.index("slowly")
    page = document.page_at(place)

    assert page is not None
    assert page.number == 2
    assert document.section_at(place) == "First slide"
    assert [document.page_at(block.span.start).number for block in document.blocks if block.kind is BlockKind.TABLE] == [3, 3]


def test_slides_without_words_keep_their_number(tmp_path):
    """A picture on slide 1 and an empty slide 3 do not shift the others; they are named."""
    deck = Presentation()
    blank, title_only = deck.slide_layouts[6], deck.slide_layouts[5]
    deck.slides.add_slide(blank)
    deck.slides.add_slide(title_only).shapes.title.text = "Two"
    deck.slides.add_slide(blank)
    deck.slides.add_slide(title_only).shapes.title.text = "Four"
    found = reading(saved(deck, tmp_path))

    assert [(page.number, found.document.slice(page.span).strip()) for page in found.document.pages] == [
        (1, ""),
        (2, "Two"),
        (3, ""),
        (4, "Four"),
    ]
    assert found.extraction.empty_pages == (1, 3)


def test_boxes_and_groups_are_read_in_the_slides_order_after_its_title(tmp_path):
    """A text box drawn before the title still comes after it; groups are opened."""
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Title"
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "In a group"
    slide.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "In a\vbox"
    tree = slide.shapes._spTree
    tree.append(slide.shapes.title._element)

    assert blocks(reading(saved(deck, tmp_path))) == [("heading", 1, "Title"), ("paragraph", 0, "In a group"), ("paragraph", 0, "In a box")]


def test_dates_footers_and_numbers_are_running_lines(tmp_path):
    """What stands on every slide is dropped, and counted."""
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Title"
    for placeholder in deck.slide_layouts[5].placeholders:
        if placeholder.placeholder_format.idx in (10, 11, 12):
            slide.shapes.clone_placeholder(placeholder)
    for shape in slide.placeholders:
        if shape.placeholder_format.idx in (10, 11, 12):
            shape.text_frame.text = "Running"
    found = reading(saved(deck, tmp_path))

    assert found.document.text == "Title"
    assert found.extraction.dropped_lines == 3


def test_a_title_that_a_program_made_up_is_not_the_decks(tmp_path):
    """What PowerPoint calls an unnamed deck is no title; the first slide has one."""
    deck = Presentation()
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "What it is about"
    deck.core_properties.title = "PowerPoint Presentation"
    deck.core_properties.author = "Microsoft Office User"

    assert reading(saved(deck, tmp_path)).document.metadata == {"title": "What it is about"}


def test_slides_of_pictures_are_named(tmp_path):
    """A deck without a word says what to do."""
    deck = Presentation()
    deck.slides.add_slide(deck.slide_layouts[6])
    path = saved(deck, tmp_path)

    with pytest.raises(UnreadableDocument, match="only pictures"):
        list(readers()[".pptx"].read(path, "a.pptx"))
