"""The source pane in a real Chromium: printed pages, cards over numbers, and questions about what is selected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chat.answer import Quote
from chat.app import opened
from index.library import Index
from tests.panes import PHONE, SIZES, WIDE, answering, index_of
from tests.support import BRIEF
from tests.test_browser import ask, chromium, in_sight, picture, serving, settle, swept, visit  # noqa: F401 - some are fixtures
from tests.test_chat_app import GRADIO_WARNINGS, free_port
from tests.typeset import typeset

pytestmark = [pytest.mark.browser, *GRADIO_WARNINGS]


@pytest.fixture(scope="module")
def brief_pdf(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The brief as a journal would print it."""
    folder = tmp_path_factory.mktemp("pdf")
    (folder / "corpus").mkdir()
    typeset(BRIEF, folder / "corpus" / "brief.pdf")
    return index_of(folder)


def sentences_with(index: Index, *words: str) -> list[Quote]:
    """For each of some words the first sentence on one page that has them."""
    every = [Quote(passage, span) for passage in index.passages for span in passage.sentences]
    return [next(quote for quote in every if each in quote.text and len(quote.pages) < 2) for each in words]


@pytest.fixture(scope="module")
def pdf_quotes(brief_pdf: Index) -> list[Quote]:
    """Two quotations on one page each, and one that runs over a page's end."""
    over = next(
        Quote(passage, span)
        for passage in brief_pdf.passages
        for span in passage.sentences
        if len([page for page in passage.document.pages if page.span.overlaps(span)]) == 2
    )
    return [*sentences_with(brief_pdf, "Aamir Khan", "Vision 2025"), over]


@pytest.fixture(scope="module")
def pdf_address(brief_pdf: Index, pdf_quotes: list[Quote]) -> Iterator[str]:
    corpus = brief_pdf.folder.parent / "corpus"
    with opened(brief_pdf, answering(pdf_quotes), host="127.0.0.1", port=free_port(), corpus=corpus) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", SIZES)
def test_a_quotation_is_shown_on_its_printed_page(
    pdf_address: str, pdf_quotes: list[Quote], visit: Any, picture: Any, viewport: dict[str, int], scheme: str
) -> None:
    """A switch turns the text into the page's image with the quoted words marked, both pages where it runs over an end, and back."""
    size = "wide" if viewport is WIDE else "phone"
    page = visit(pdf_address, viewport=viewport, color_scheme=scheme)
    ask(page, "What?")
    page.wait_for_selector("#chat blockquote")
    page.click("#chat blockquote a.number >> nth=0")
    page.wait_for_selector("#highlight")
    settle(page)
    picture(page, f"pane-{size}-{scheme}-text")
    page.click("#reading button[data-view='page']")
    page.wait_for_selector("#reading .lit")
    settle(page)
    picture(page, f"pane-{size}-{scheme}-page")
    assert page.locator("#reading figure").count() == 1
    assert page.locator("#reading .leaf >> visible=true").count() == 0
    assert in_sight(page, "#reading .lit >> nth=0")
    assert page.get_attribute("#reading button[data-view='page']", "aria-pressed") == "true"
    number = pdf_quotes[0].pages[0].number
    assert page.get_attribute("#reading figure", "data-number") == str(number)
    page.click(f"#reading button[data-turn='{number + 1}']")
    page.wait_for_selector(f"#reading figure[data-number='{number + 1}']")
    page.evaluate("document.querySelectorAll('#chat blockquote a.number')[2].click()")
    page.wait_for_function("document.querySelectorAll('#reading figure').length === 2")
    settle(page)
    assert [len(figure.locator(".lit").all()) > 0 for figure in page.locator("#reading figure").all()] == [True, True]
    page.click("#reading button[data-view='text']")
    settle(page)
    assert "".join(page.locator("#reading mark").all_text_contents()) == pdf_quotes[2].text
    assert in_sight(page, "#highlight")


def test_no_page_is_offered_where_there_is_no_file(brief_pdf: Index, visit: Any) -> None:
    """An index alone has no files: there is no switch, and the program gives no image to whoever asks for one."""
    with serving(visit, brief_pdf, answering(())) as address:
        page = visit(address)
        page.wait_for_selector("#reading article")

        assert page.locator("#reading .views").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_number_shows_its_passage_in_place(pdf_address: str, pdf_quotes: list[Quote], visit: Any, picture: Any, scheme: str) -> None:
    """A card with the sentence in its paragraph and the citation: by pointer and by keyboard, dismissable, hoverable, and staying."""
    page = visit(pdf_address, color_scheme=scheme)
    ask(page, "What?")
    page.wait_for_selector("#chat blockquote")
    number = page.locator("#chat blockquote a.number").first
    for _ in range(20):  # the talk may be drawn anew under the pointer, which then has to move to be noticed
        page.mouse.move(5, 5)
        number.hover()
        page.wait_for_timeout(500)
        if page.is_visible("#passage-card"):
            break
    picture(page, f"card-wide-{scheme}")
    assert page.text_content("#passage-card mark") == pdf_quotes[0].text
    assert page.text_content("#passage-card .cited").endswith(f", {pdf_quotes[0].pages[0].label}.")
    assert number.get_attribute("aria-describedby") == "passage-card"
    page.hover("#passage-card .cited")
    page.wait_for_timeout(600)
    assert page.is_visible("#passage-card")
    page.keyboard.press("Escape")
    assert not page.is_visible("#passage-card")

    page.mouse.move(5, 5)
    page.focus("#question textarea")
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('#chat a.number')"):
            break
    page.wait_for_selector("#passage-card:not([hidden])")
    assert page.text_content("#passage-card mark") == pdf_quotes[-1].text
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "passage-card"
    box = page.locator("#passage-card").bounding_box()
    assert min(box["x"], box["y"]) >= 0
    assert (box["x"] + box["width"] <= 1280, box["y"] + box["height"] <= 860) == (True, True)
    page.keyboard.press("Escape")
    assert not page.is_visible("#passage-card")
    assert page.evaluate("document.activeElement.matches('#chat a.number')")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'highlight'")
    page.hover("#reading sup a >> nth=0")
    page.wait_for_selector("#passage-card:not([hidden])")
    assert page.text_content("#passage-card").startswith("1 ")


def test_a_tap_shows_no_card_and_goes_to_the_source(pdf_address: str, visit: Any) -> None:
    """On a phone a number does what it always did."""
    page = visit(pdf_address, viewport=PHONE, has_touch=True, is_mobile=True)
    ask(page, "What?")
    page.wait_for_selector("#chat blockquote")
    page.tap("#chat blockquote a.number >> nth=0")
    page.wait_for_selector("#highlight")
    page.wait_for_timeout(600)

    assert not page.is_visible("#passage-card")
    assert in_sight(page, "#highlight")


@pytest.mark.parametrize("viewport", SIZES)
def test_a_selection_can_be_asked_about(brief_index: Index, visit: Any, picture: Any, viewport: dict[str, int]) -> None:
    """A button near the selected words puts them between quotation marks into the question box, before the cursor; by key, too."""
    with serving(visit, brief_index, answering(())) as address:
        page = visit(address, viewport=viewport, has_touch=viewport is PHONE)
        page.wait_for_selector("#reading article")
        page.fill("#question textarea", "Who says so?")
        page.evaluate(_SELECT, "South-South cooperation should be a level playing field")
        page.wait_for_selector("#ask-about:not([hidden])")
        picture(page, f"selection-{'wide' if viewport is WIDE else 'phone'}")
        page.tap("#ask-about") if viewport is PHONE else page.click("#ask-about")
        page.wait_for_function("document.querySelector('#question textarea').value.includes('“')")
        box = page.input_value("#question textarea")
        assert box == "Who says so? “South-South cooperation should be a level playing field” "
        assert page.evaluate("document.activeElement.matches('#question textarea')")
        assert page.evaluate("document.activeElement.selectionStart") == len(box)
        assert not page.is_visible("#ask-about")

        page.fill("#question textarea", "")
        page.evaluate("document.activeElement.blur()")
        page.evaluate(_SELECT, "Vision 2025")
        page.wait_for_selector("#ask-about:not([hidden])")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "ask-about"
        page.keyboard.press("Enter")
        page.wait_for_function("document.querySelector('#question textarea').value === '“Vision 2025” '")
        page.evaluate("document.activeElement.blur()")
        page.evaluate(_SELECT, "Aamir Khan")
        page.wait_for_selector("#ask-about:not([hidden])")
        page.keyboard.press("Escape")
        assert not page.is_visible("#ask-about")


def test_keys_alone_select_from_the_highlight_on(pdf_address: str, visit: Any) -> None:
    """Whoever came to the highlight by keyboard selects from there with Shift and the arrow keys."""
    page = visit(pdf_address)
    ask(page, "What?")
    page.wait_for_selector("#chat blockquote")
    page.focus("#chat blockquote a.number >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'highlight'")
    for _ in range(3):
        page.keyboard.press("Control+Shift+ArrowRight")
    page.wait_for_selector("#ask-about:not([hidden])")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#question textarea').value.startsWith('“')")


_SELECT = """(words) => {
  const walker = document.createTreeWalker(document.querySelector("#reading article"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(words);
    if (at < 0) continue;
    walker.currentNode.parentElement.scrollIntoView({ block: "center" });
    getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + words.length);
    return;
  }
  throw new Error("not there: " + words);
}"""
