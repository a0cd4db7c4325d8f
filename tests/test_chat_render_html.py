"""An answer as HTML: a document's words stay text, numbers run on, refusals look like refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from chat.answer import Answer, Quote
from chat.citing import Citation, Run, cite_all
from chat.render.html import (
    MAX_SHOWN_QUESTION_CHARACTERS,
    answer_html,
    citation_html,
    escaped,
    line_html,
    linked_place,
    place_link,
    question_html,
)
from chat.render.markdown import answer_markdown
from chat.render.text import answer_text
from index.records import Block, BlockKind, Document, Note, NoteMark, Passage, Span
from tests.markup import parsed

AWKWARD = (
    "*bold* _italic_ __strong__ ~~struck~~ ***",
    "$$x^2$$ and \\(y\\) and $z$",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "`code` and ``` a fence",
    "[text](javascript:alert(1)) ![image](http://example.org/i.png)",
    "\u202eright to left override\u202c and \u2066isolate\u2069",
    "&amp; &#42; &lt;b&gt; &nbsp",
    "# no heading - no item 1. no number > no quote | no | table |",
    "http://example.org www.example.org someone@example.org",
    "By\n\nMahrukh Khan\n\nResearch Fellow",
    "${value} {{value}} {{{value}}} `${1 + 1}`",
    "café naïve 中文 עברית العربية 😀 👩‍🔬 e\u0301",
    "quotes \" ' “ ” and a slash \\ and \u2028 and a no-break space\u00a0here",
)


def test_nothing_is_left_to_interpret() -> None:
    """Escaped text holds letters, digits, spaces and numeric references, and nothing else."""
    for text in AWKWARD:
        assert re.fullmatch(r"(?:[^\W_]| |&#\d+;)*", escaped(text)), text
        assert parsed(escaped(text)).text == text


def test_control_characters_are_shown_as_replaced() -> None:
    """A control character, which HTML has no way to write, is shown as U+FFFD; line ends and tabs stay."""
    assert parsed(escaped("a\x00b\x1bc\x85d\ne\tf")).text == "a\ufffdb\ufffdc\ufffdd\ne\tf"


@pytest.mark.parametrize("text", AWKWARD)
def test_the_blockquote_holds_the_quotation_exactly(text: str) -> None:
    """Between typographic quotation marks stands the quotation, character by character, and then its number."""
    html = _answered(_quote(text))

    blockquote = parsed(html).one("blockquote")
    assert blockquote.text == f"“{text}”1"
    assert blockquote.one("bdi").text == text


@pytest.mark.parametrize("text", AWKWARD)
def test_a_message_is_one_line_that_opens_with_a_block(text: str) -> None:
    """Markdown hands a block of HTML on untouched as long as no blank line stands in it."""
    refusal = Answer("q", (), "The reading does not say.", (_quote(text),), 0.1)
    for html in (_answered(_quote(text)), answer_html(refusal, (), turn=1, first_number=1, rows={"d": 0}), question_html(text)):
        assert re.match(r"<(?:div|p)\b", html)
        assert not re.search(r"[\r\n\t*_`$\\|~]", html.replace('target="_blank"', ""))


def test_the_framing_names_the_section_once() -> None:
    """Two quotations of one section stand under one line that names it."""
    html = _answered(_quote("One.", heading="Part A"), _quote("Two.", heading="Part A"), _quote("Three.", heading="Part B"))

    assert [line.text for line in parsed(html).all("p", kind="lead")] == ["From “Part A”:", "From “Part B”:"]


def test_the_framing_names_the_document_without_a_section() -> None:
    """Where there is no section, the short title is named."""
    quote = _quote("One.", metadata={"title": "A Long Title", "title-short": "Short"})

    assert parsed(_answered(quote)).one("p", kind="lead").text == "From “Short”:"


def test_of_several_readings_the_framing_names_section_and_title() -> None:
    """Where the index holds several documents, a section's name alone would not say which."""
    quote = _quote("One.", heading="Conclusion", metadata={"title": "*T*"})
    html = answer_html(Answer("q", (quote,), "", (), 0.9), _cited(quote), turn=1, first_number=1, rows={"other": 0, "d": 1})

    assert parsed(html).one("p", kind="lead").text == "From “Conclusion” in *T*:"
    assert parsed(html).one("a", kind="number").attributes["href"] == "#source-1-12-16"


def test_a_number_leads_to_its_place() -> None:
    """The number's address holds all that is needed to open the source: document row, start and end."""
    quote = _quote("Words.", heading="Part")
    link = parsed(_answered(quote)).one("a", kind="number")

    assert linked_place(link.attributes["href"]) == (0, quote.span)


@pytest.mark.parametrize(
    "link", ["", "#note-1", "#source-", "#source-1-2", "#source-0-9-7", "#source-0-7-7", "#source--1-2-3", "#source-٣-1-2"]
)
def test_other_addresses_lead_nowhere(link: str) -> None:
    """Whatever else stands in an address is no place."""
    assert linked_place(link) is None


def test_an_address_can_name_a_document_alone() -> None:
    """Without a span the address leads to the document."""
    assert linked_place("#source-3") == (3, None)
    assert linked_place(place_link(2, Span(5, 9))) == (2, Span(5, 9))


def test_numbers_run_on_and_ids_are_unique() -> None:
    """Through a conversation each footnote has its own number, and each element its own id."""
    first = Answer("q", (_quote("One."), _quote("Two.")), "", (), 0.9)
    second = Answer("q", (), "The reading does not say.", (_quote("One."),), 0.1)
    page = parsed(
        answer_html(first, _cited(*first.quotes), turn=1, first_number=1, rows={"d": 0})
        + answer_html(second, (), turn=2, first_number=3, rows={"d": 0})
    )

    ids = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    assert [link.text for link in page.all("a", kind="number")] == ["1", "2", "3"]
    assert [item.attributes["value"] for item in page.all("li")] == ["1", "2"]
    assert len(ids) == len(set(ids)) == 5


def test_the_sources_own_note_follows_our_citation() -> None:
    """A footnote goes on with the note that the source set there, its address as a link that shows it shortened."""
    url = "https://www.app.com.pk/global/pakistan-calls-for-boosting/?a=1&b=2"
    quote = _quote("Words.", note=Note("6", f"“Pakistan Calls,” <i>Press</i>, {url}", url))
    (item,) = parsed(_answered(quote)).all("li")

    assert item.text == "“D,” n.d. — The source cites, n.\u00a06: “Pakistan Calls,” <i>Press</i>, app.com.pk/global/…"
    assert item.one("a").attributes == {"href": url, "target": "_blank", "rel": "noopener noreferrer"}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/x", "http://", "http://[", "//example.org"])
def test_only_web_addresses_become_links(url: str) -> None:
    """An address that is not http or https stays text."""
    quote = _quote("Words.", note=Note("1", f"See {url}", url))
    (item,) = parsed(_answered(quote)).all("li")

    assert item.all("a") == []
    assert item.text.endswith(f"See {url}")


def test_a_link_shows_the_host_it_leads_to() -> None:
    """A name before an @ is not taken for the host."""
    quote = _quote("Words.", note=Note("1", "See it", "https://good.example@bad.example/x"))

    assert parsed(_answered(quote)).one("ol").one("a").text == "bad.example/x"


def test_an_address_in_a_citation_is_a_link_without_its_full_stop() -> None:
    """Shown shortened, as in a source's own note; other words of the citation are text, a title's in italics."""
    citation = Citation((Run("Doe, "), Run("On *Rust*", italic=True), Run(", https://iron.example/a/b?c=1&d=2.")), ())
    page = parsed(citation_html(citation))

    assert page.text == "Doe, On *Rust*, iron.example/a/…."
    assert page.one("i").text == "On *Rust*"
    assert page.one("a").attributes["href"] == "https://iron.example/a/b?c=1&d=2"


def test_a_refusal_is_a_card_without_a_quotation() -> None:
    """Nothing that is not an answer looks like one: no block quotation, and the nearest passage is named as what it is."""
    answer = Answer("q", (), "The reading does not say. It gives no amount.", (_quote("Words *here*."),), 0.1)
    card = parsed(answer_html(answer, _cited(*answer.quotes), turn=1, first_number=4, rows={"d": 0})).one("div", kind="refusal")

    assert card.all("blockquote") == []
    assert card.one("strong").text == "The reading does not say."
    assert card.all("p")[0].text == "The reading does not say. It gives no amount. Closest passage, not an answer:"
    assert card.one("p", kind="near").text == "“Words *here*.”4"


def test_a_greeting_is_one_plain_line() -> None:
    """Small talk is answered with a line, not a card."""
    html = answer_html(Answer("hi", (), "Hello! Ask me *what* you like.", (), 0.0), (), turn=1, first_number=1, rows={"d": 0})

    assert html == line_html("Hello! Ask me *what* you like.")
    assert parsed(html).one("p", kind="plain").text == "Hello! Ask me *what* you like."


def test_a_follow_up_says_what_it_was_understood_with() -> None:
    """The earlier question that was taken into account is shown, as text."""
    answer = Answer("And now?", (_quote("Words."),), "", (), 0.9, context="What is <it>?")

    context = parsed(answer_html(answer, _cited(*answer.quotes), turn=1, first_number=1, rows={"d": 0})).one("p", kind="context")
    assert context.text == "Understood together with “What is <it>?”"
    assert answer_text(answer).startswith("Understood together with “What is <it>?”\n\nFrom “d”:\n")
    assert answer_markdown(answer).startswith(r"Understood together with “What is \<it\>?”" + "\n\nFrom “d”:\n")


def test_a_refused_follow_up_says_so_too() -> None:
    """What a question was taken to mean matters most where nothing was found."""
    answer = Answer("And now?", (), "The reading does not say.", (), 0.1, context="What is it?")

    page = parsed(answer_html(answer, _cited(*answer.quotes), turn=1, first_number=1, rows={"d": 0}))
    assert [line.text for line in page.all("p")] == ["Understood together with “What is it?”", "The reading does not say."]
    assert answer_text(answer) == "Understood together with “What is it?”\n\nThe reading does not say."
    assert answer_markdown(answer) == "Understood together with “What is it?”\n\n**The reading does not say.**"


def test_a_very_long_question_is_cut() -> None:
    """A bubble shows the start of a question of 100,000 characters."""
    shown = parsed(question_html("x" * 100_000)).text

    assert shown == "x" * MAX_SHOWN_QUESTION_CHARACTERS + " …"


def _answered(*quotes: Quote) -> str:
    return answer_html(Answer("q", quotes, "", (), 0.9), _cited(*quotes), turn=1, first_number=1, rows={"d": 0})


def _cited(*quotes: Quote) -> Sequence[Citation]:
    return cite_all(quotes).citations


def _quote(text: str, *, heading: str = "", note: Note | None = None, metadata: Mapping[str, Any] | None = None) -> Quote:
    """A quotation of a whole document, or of what follows its heading."""
    start = len(heading) + 2 if heading else 0
    span = Span(start, start + len(text))
    blocks = (Block(BlockKind.HEADING, 1, Span(0, len(heading))),) if heading else ()
    notes, marks = ((note,), (NoteMark(span.end, 0),)) if note else ((), ())
    document = Document(
        "d",
        "d.md",
        metadata or {},
        f"{heading}\n\n{text}" if heading else text,
        blocks=(*blocks, Block(BlockKind.PARAGRAPH, 0, span)),
        notes=notes,
        marks=marks,
    )
    return Quote(Passage(document, (span,)), span)
