"""The words that carry the answer are set apart, and the quotation stays what the source says, whoever reads it and however."""

from __future__ import annotations

import random

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from chat.answer import Answer, Quote
from chat.citing import cite_all
from chat.render.html import answer_html
from chat.render.json import answer_json
from chat.render.markdown import answer_markdown
from chat.render.text import answer_text
from index.records import Block, BlockKind, Document, Passage, Span
from tests.markup import parsed
from tests.test_chat_render_html import AWKWARD

_PIECES = (
    *"In 2015|the *price*|was $5|** two **|_|__init__|“quoted”|(CPEC)|<b>|&amp;|~~|`code`|[1]|^2|—|€7|+|😀|中文|שבע|e\u0301|a\u00a0b".split(
        "|"
    ),
    *"1. one|- two|# three|===|---|\\|\\*|http://example.org/a*b*|www.example.org|x@example.org|\u2028|\u200b|!|3.5%|\n\n|\n\n".split("|"),
)


def test_the_pieces_of_a_quotation_are_its_text():
    """Cut where words that carry the answer begin and end, whatever their order; pieces together are the text."""
    quote = _marked("It began in May 2015 or so.", (16, 20), (12, 15), (15, 17), (3, 3))

    assert quote.pieces == (("It began in ", False), ("May 2015", True), (" or so.", False))
    assert _marked("Plain.").pieces == (("Plain.", False),)


def test_the_words_that_carry_the_answer_are_set_apart():
    """At the start, in the middle and at the end of a quotation, in HTML and in Markdown; plain text has no way to."""
    answer = _answer(_marked("Nine men left at 3 p.m. for $5", (0, 4), (17, 23), (28, 30)))
    words = parsed(answer_html(answer, cite_all(answer.quotes).citations, turn=1, first_number=1, rows={"d": 0})).one("bdi", kind="words")

    assert [bold.text for bold in words.all("b")] == ["Nine", "3 p.m.", "$5"]
    assert r"> “**Nine** men left at **3 p.m.** for **\$5**”[^1]" in answer_markdown(answer)
    assert "“Nine men left at 3 p.m. for $5” [1]" in answer_text(answer)
    assert '"text":"Nine men left at 3 p.m. for $5"' in answer_json(answer, seconds=0)


@pytest.mark.parametrize("text", AWKWARD)
def test_in_html_the_words_stay_the_sources(text):
    """Tags aside, what stands between the quotation marks is the quotation, wherever it is cut."""
    for start in range(2, len(text), 5):
        answer = _answer(_marked(text, (start, len(text)), (0, start // 2)))
        html = answer_html(answer, cite_all(answer.quotes).citations, turn=1, first_number=1, rows={"d": 0})
        words = parsed(html).one("bdi", kind="words")

        assert words.text == text
        assert [bold.text for bold in words.all("b")] == [text[: start // 2], text[start:]]


@pytest.mark.parametrize("seed", range(200))
def test_in_markdown_the_words_stay_the_sources(seed):
    """Read back as Markdown, the quotation's plain text is the source's: no star is shown, none is lost, and nothing turns into markup."""
    chance = random.Random(seed)
    text = _canonical("".join(chance.choice(_PIECES) + chance.choice(["", " ", " "]) for _ in range(chance.randint(1, 12))))
    places = sorted(chance.choices(range(len(text) + 1), k=4))
    markdown = answer_markdown(_answer(_marked(text, (places[0], places[1]), (places[2], places[3]))))

    assert _plain(markdown) == "“" + text.replace("\n\n", "\n"), f"seed {seed}"


def test_in_markdown_words_that_cannot_be_bold_stay_plain():
    """Stars between a letter and a mark of punctuation, or in an address, would be shown or change it."""
    for text, place in (
        ("USD$5 paid", (3, 5)),
        ("See http://example.org/a now", (11, 18)),
        ("Ask x@example.org now", (4, 5)),
        ("a  b", (1, 3)),
    ):
        assert "**" not in answer_markdown(_answer(_marked(text, place))), text


def _canonical(text: str) -> str:
    """Blocks of words with one space between, as `Document.text` has them."""
    blocks = (" ".join(filter(None, block.split(" "))) for block in text.split("\n\n"))
    return "\n\n".join(filter(None, blocks)) or "Nothing."


def _plain(markdown: str) -> str:
    """The text of the block quotation, up to its closing mark, with one line end for each break."""
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
    tokens = reader.parse(markdown)
    quoted = tokens[next(row for row, token in enumerate(tokens) if token.type == "blockquote_open") :]
    opened = [token.type for token in quoted[: next(row for row, token in enumerate(quoted) if token.type == "blockquote_close")]]
    assert opened == ["blockquote_open", "paragraph_open", "inline", "paragraph_close"], opened
    said = ""
    for child in quoted[2].children:
        assert child.type in ("text", "text_special", "hardbreak", "strong_open", "strong_close", "footnote_ref"), child.type
        said += "\n" if child.type == "hardbreak" else child.content
    assert said.endswith("”")
    return said.removesuffix("”")


def _answer(quote: Quote) -> Answer:
    return Answer("q", (quote,), "", (), 0.9)


def _marked(text: str, *words: tuple[int, int]) -> Quote:
    span = Span(0, len(text))
    document = Document("d", "d.md", {}, text, blocks=(Block(BlockKind.PARAGRAPH, 0, span),))
    return Quote(Passage(document, (span,)), span, tuple(Span(*place) for place in words))
