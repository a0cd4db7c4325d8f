"""The source pane in a real Chromium: highlights that move, long documents, and documents that would do harm."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chat.answer import Quote
from chat.render.html import place_link
from index.library import Index
from index.records import Document, Span
from tests.panes import SIZES, WIDE, answering, index_of
from tests.test_browser import ask, chromium, in_sight, picture, serving, settle, swept, visit  # noqa: F401 - some are fixtures
from tests.test_chat_app import GRADIO_WARNINGS
from tests.test_chat_render_html import AWKWARD
from tests.test_chat_render_source import random_document

pytestmark = [pytest.mark.browser, *GRADIO_WARNINGS]

_MOST_MILLISECONDS = 100  # from a click to the painted highlight
_LONG_PAGES = 300
_HOSTILE = (
    *AWKWARD,
    "<script>window.ran = 1</script> is a word here.",
    '<img src=x onerror="window.ran = 2"> is another.',
    "[click](javascript:window.ran=3) and $$\\href{javascript:window.ran=4}{x}$$ stand here.",
    "Turned \u202eround and \u2066back\u2069 again \u202c here.",
    "“Quoted” 'and' \"marked\" `coded` words **bold** stand here.",
)


def test_the_marks_are_the_highlighted_text(tmp_path: Path, visit: Any) -> None:
    """
    The text of all `<mark>` elements together is the highlighted text, blank lines between blocks aside, wherever it begins and ends; the
    notes marked in it are shown right after it; and when the highlight moves nothing of it stays.
    """
    chance = random.Random(5)
    documents = [random_document(random.Random(seed)) for seed in range(40)]
    index = _holding(index_of(tmp_path, one="Words."), documents)
    with serving(visit, index, answering(())) as address:
        page = visit(address)
        page.wait_for_selector("#reading article")
        for row, document in enumerate(documents):
            plain = None
            for _ in range(3):
                start = chance.randrange(len(document.text))
                span = Span(start, chance.randint(start + 1, len(document.text)))
                shown = _show(page, place_link(row, span))
                notes = {mark.note: None for mark in document.marks if span.start < mark.position <= span.end}

                assert "".join(shown["marks"]) == document.slice(span).replace("\n", ""), f"document {row}, {span}"
                assert shown["ids"] == (["highlight"] + [""] * (len(shown["marks"]) - 1) if shown["marks"] else [])
                if shown["marks"]:
                    assert shown["notes"] == [f"{document.notes[note].label} " for note in notes], f"document {row}, {span}"
                assert plain in (None, shown["plain"])
                plain = shown["plain"]


@pytest.mark.parametrize("viewport", SIZES)
def test_a_long_document_is_sent_once_and_its_highlight_moves_at_once(
    long_index: Index, visit: Any, picture: Any, viewport: dict[str, int]
) -> None:
    """In a document of three hundred pages a click asks the program for nothing, and lands on the quotation in a tenth of a second."""
    (document,) = long_index.documents.values()
    places = [len(document.text) * part // 10 for part in (0, 5, 9, 1, 7)]
    quotes = [
        next(Quote(passage, passage.sentences[0]) for passage in long_index.passages if passage.span.start >= place) for place in places
    ]
    with serving(visit, long_index, answering(quotes)) as address:
        page = visit(address, viewport=viewport)
        page.wait_for_selector("#reading article")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        ask(page, "What?")
        page.wait_for_selector("#chat blockquote")
        settle(page)
        sent.clear()
        took = [page.evaluate(_TIMED_CLICK, row) for row in range(len(quotes))]
        settle(page)
        print(f"{len(document.text):,} characters: highlighted and painted in {[round(each) for each in took]} ms")
        for row, quote in enumerate(quotes):
            page.evaluate("row => document.querySelectorAll('#chat a.number')[row].click()", row)
            settle(page)
            assert "".join(page.locator("#reading mark").all_text_contents()) == quote.text
            assert in_sight(page, "#highlight")
        picture(page, f"long-{'wide' if viewport is WIDE else 'phone'}")

    assert [url for url in sent if "component_server" in url] == []
    assert sorted(took)[len(took) // 2] < _MOST_MILLISECONDS * _slack()


def test_hostile_documents_are_text_everywhere(tmp_path: Path, visit: Any) -> None:
    """Scripts, handlers, Markdown, formulas, links, turned-round words, a line of a million letters: shown, marked, on cards, asked for."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for row, text in enumerate((*_HOSTILE, "One line of many words. " * 42_000)):
        (corpus / f"{row:02}.txt").write_text(f"{text}\n", encoding="utf-8")
    index = index_of(tmp_path)
    quotes = [Quote(passage, passage.span) for passage in index.passages if not passage.document.id.startswith(f"{len(_HOSTILE):02}")]
    quotes.append(Quote(index.passages[-1], index.passages[-1].span))
    with serving(visit, index, answering(quotes)) as address:
        page = visit(address)
        ask(page, "What?")
        page.wait_for_selector("#chat blockquote")
        settle(page)
        for number, quote in zip(page.locator("#chat blockquote a.number").all(), quotes, strict=True):
            number.hover()
            start = quote.text.split("\n\n")[0]
            page.wait_for_function("start => document.querySelector('#passage-card mark')?.textContent.startsWith(start)", arg=start[:100])
            number.click()
            page.wait_for_function("start => document.querySelector('#highlight')?.textContent === start", arg=start)
            assert "\n\n".join(page.locator("#reading mark").all_text_contents()) == quote.text
            page.evaluate("getSelection().selectAllChildren(document.querySelector('#highlight'))")
            page.wait_for_timeout(250)
            if page.is_visible("#ask-about"):
                page.click("#ask-about")
                page.wait_for_timeout(250)
                asked = page.input_value("#question textarea").strip()
                assert asked == "" or " ".join(asked.strip("“”").split()) in " ".join(quote.text.split())
                page.fill("#question textarea", "")
        made = page.evaluate(
            "document.querySelectorAll(':is(#reading, #passage-card) :is(em, strong, code, img, script, table, .katex)').length"
        )
        ran = page.evaluate("window.ran")
        links = page.evaluate(
            "[...document.querySelectorAll('#reading a, #passage-card a')].filter(a => a.protocol === 'javascript:').length"
        )

    assert (made, ran, links) == (0, None, 0)


@pytest.fixture(scope="module")
def long_index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index of a document of three hundred pages, some 3,000 characters each."""
    chance = random.Random(3)
    words = "river stone market harbour letter council winter journey teacher garden bridge question answer figure measure".split()
    blocks = []
    for page in range(_LONG_PAGES):
        paragraphs = (" ".join(f"The {' '.join(chance.choices(words, k=12))}." for _ in range(7)) for _ in range(5))
        blocks += [f"## Section {page + 1}", *paragraphs]
    return index_of(tmp_path_factory.mktemp("long"), long="\n\n".join(blocks))


def _slack() -> float:
    """A busy machine may take its time; whoever measures looks at the printed figures."""
    return max(1.0, os.getloadavg()[0])


def _holding(index: Index, documents: Sequence[Document]) -> Index:
    """An index that holds other documents, for what is only about showing them."""
    named = {f"{row}": replace(document, id=f"{row}") for row, document in enumerate(documents)}
    (extraction,) = index.extractions.values()
    return replace(index, documents=named, extractions=dict.fromkeys(named, extraction), passage_rows=dict.fromkeys(named, range(0)))


def _show(page: Any, link: str) -> dict[str, Any]:
    """Follow a link, and say what the pane shows then."""
    return page.evaluate(
        """async (link) => {
          const anchor = Object.assign(document.createElement("a"), { href: link });
          document.querySelector("main").append(anchor);
          anchor.click();
          anchor.remove();
          const row = link.split("-")[1];
          for (let frames = 0; frames < 200; frames++) {
            await new Promise(requestAnimationFrame);
            if (document.querySelector("#chooser").value === row) break;
          }
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const marks = [...document.querySelectorAll("#reading mark")];
          const bare = document.querySelector("#reading article").cloneNode(true);
          bare.querySelectorAll(".own").forEach((card) => card.remove());
          bare.querySelectorAll("mark").forEach((mark) => mark.replaceWith(...mark.childNodes));
          bare.normalize();
          return {
            marks: marks.map((mark) => mark.textContent),
            ids: marks.map((mark) => mark.id),
            notes: [...document.querySelectorAll("#reading .own b")].map((label) => `${label.textContent} `),
            plain: bare.innerHTML,
          };
        }""",
        link,
    )


_TIMED_CLICK = """async (row) => {
  const number = document.querySelectorAll("#chat a.number")[row];
  const old = document.querySelector("#highlight");
  const started = performance.now();
  number.click();
  for (;;) {
    const now = document.querySelector("#highlight");
    if (now && now !== old) break;
    await new Promise((go) => setTimeout(go, 0));
  }
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - started;
}"""
