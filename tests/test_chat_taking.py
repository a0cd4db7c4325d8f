"""What a visitor takes away: which answers, in which style, under which name."""

from __future__ import annotations

import base64
import json
import threading
from io import BytesIO
from zipfile import ZipFile

import pytest

from chat.answer import Answer, Quote
from chat.answerers.extractive import ExtractiveAnswerer
from chat.app.desk import Desk, Visitor
from chat.app.handlers import Handlers, Parts
from chat.app.pool import Pool
from chat.asking import Asker
from chat.citing import style_named
from chat.export import formats
from chat.render.acts import files_html
from chat.render.link import Keys
from chat.render.talk import messages
from chat.taking import file_name, take
from chat.talk import Origin, Said, Talk
from index.embedders.hashing import HashingEmbedder
from index.errors import NotExported, UnknownStyle
from index.library import Index
from tests.markup import parsed

CHICAGO, APA = style_named("chicago"), style_named("apa")
PARTS = Parts("chat", "visitor", "chips", "bus", "library", "chooser", "status", "head")


@pytest.fixture
def talk(brief_index: Index) -> Talk:
    """A question, other passages on it, a greeting, and a question that was refused."""
    said = [
        Said("What is CPEC?", _answer(brief_index, "What is CPEC?", 0)),
        Said("What is CPEC?", _answer(brief_index, "What is CPEC?", 1), origin=Origin.OTHERS),
        Said("Hello!", Answer("Hello!", (), "Hello! Ask me.", (), 0.0)),
        Said("Gone", None, "This answer cannot be shown again."),
        Said("How much?", Answer("How much?", (), "The reading does not say.", (), 0.0)),
    ]
    return Talk(tuple(said))


def test_one_answer_is_saved_alone_and_all_of_them_together(talk: Talk) -> None:
    """A greeting is no answer; other passages say what they are; a refusal is part of a talk."""
    one = take(talk, 2, "markdown", CHICAGO).content.decode()
    every = take(talk, 0, "markdown", CHICAGO).content.decode()

    assert one.startswith("## Other passages on “What is CPEC?”")
    assert [line for line in every.splitlines() if line.startswith("## ")] == [
        "## What is CPEC?",
        "## Other passages on “What is CPEC?”",
        "## How much?",
    ]


def test_a_file_cites_in_the_style_that_was_chosen(talk: Talk) -> None:
    """Notes in Chicago; brackets and a list of works in APA."""
    assert "*References*" not in take(talk, 1, "markdown", CHICAGO).content.decode()
    assert "**References**" in take(talk, 1, "markdown", APA).content.decode()


@pytest.mark.parametrize("turn", [-1, 3, 99])
def test_where_there_is_no_answer_there_is_nothing_to_save(talk: Talk, turn: int) -> None:
    """A greeting has a number too."""
    with pytest.raises(NotExported, match="nothing to save yet"):
        take(talk, turn, "word", CHICAGO)
    with pytest.raises(NotExported, match="nothing to save yet"):
        take(Talk(), 0, "word", CHICAGO)


def test_an_unknown_format_is_told_of(talk: Talk) -> None:
    """With those there are."""
    with pytest.raises(UnknownStyle, match=r"no format 'odt'; there are: word, pdf"):
        take(talk, 1, "odt", CHICAGO)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("../../etc/passwd", "Footnoted - etc passwd.docx"),
        ("Why\u202exslx.exe\x00?", "Footnoted - Why xslx exe.docx"),
        ("Que dit-il de l’aide (ODA)?", "Footnoted - Que dit-il de l’aide (ODA).docx"),
        ("x" * 500, f"Footnoted - {'x' * 60}.docx"),
        ("word " * 50, f"Footnoted - {'word ' * 11}word.docx"),
        ("???", "Footnoted.docx"),
    ],
)
def test_a_name_is_one_that_every_file_system_takes(question: str, name: str) -> None:
    """Whatever was asked: no folders, no signs that turn the words round, not too long."""
    assert file_name([Answer(question, (), "The reading does not say.", (), 0.0)], formats()["word"]) == name


def test_every_format_is_offered_by_name() -> None:
    """And whoever cannot see the row hears what each button does."""
    buttons = parsed(files_html(3)).all("button")

    assert [button.text for button in buttons] == [format.title for format in formats().values()]
    assert [button.attributes["id"] for button in buttons] == [f"t3-file-{name}" for name in formats()]
    assert buttons[0].attributes["title"] == "Save as Word"


def test_a_file_comes_over_the_visitor_s_own_event_and_holds_only_that_visitor_s_answers(brief_index: Index) -> None:
    """Two visitors of one page ask and save at once; neither file has a word of the other; strange requests do nothing."""
    loaded = threading.Event()
    loaded.set()
    asker = Asker(brief_index, HashingEmbedder(), ExtractiveAnswerer(0.0))
    desk = Desk(brief_index, asker.ask, asker=lambda: asker, loaded=loaded)
    handlers = Handlers(desk, Pool(desk))
    one, other = Visitor(), Visitor()
    desk.ask(one, "What is CPEC?")
    desk.ask(other, "What is solidarity?")

    def saved(visitor: Visitor, **more: object) -> dict[str, str]:
        (shown,) = handlers.act(visitor, {"act": "save", "turn": 0, "format": "word", "asked": 5, **more}, PARTS)
        return dict(json.loads(shown["bus"])["file"])

    first, second = saved(one), saved(other)
    assert (first["name"], second["name"]) == ("Footnoted - What is CPEC.docx", "Footnoted - What is solidarity.docx")
    assert first["asked"] == 5
    for file, own, foreign in ((first, one, other), (second, other, one)):
        with ZipFile(BytesIO(base64.b64decode(file["data"]))) as package:
            words = b"".join(package.read(name) for name in package.namelist()).decode("utf-8", "replace")
        assert [said.question in words for said in (*own.talk.said, *foreign.talk.said)] == [True, False]
    assert saved(Visitor()) == {"asked": 5, "failed": "there is nothing to save yet; ask a question first"}
    assert list(handlers.act(one, {"act": "save", "turn": "1", "format": "word"}, PARTS)) == []
    assert list(handlers.act(one, {"act": "save", "turn": 1, "format": ["word"]}, PARTS)) == []


def test_a_talk_is_cited_in_a_style_and_lists_its_works_where_that_style_does(brief_index: Index, talk: Talk) -> None:
    """Chicago: in full first, then short, no list. APA: brackets, and one entry that says which answers cite it."""

    def shown(name: str) -> list[dict[str, str]]:
        return messages(talk, brief_index.documents, keys=Keys(brief_index.documents.values()), others=True, style=style_named(name))

    chicago = [item.text for message in shown("chicago") for item in parsed(message["content"]).all("li")]
    apa = [parsed(message["content"]) for message in shown("apa")]

    assert [note.partition(",")[0] for note in chicago] == ["Mahrukh Khan", "Khan"]
    assert [item.text.partition(" “")[0] for message in apa for item in message.all("ol") for item in item.all("li")] == [
        "(Khan, 2023,"
    ] * 2
    (work,) = apa[-1].one("div", kind="works").all("li")
    assert apa[-1].one("p").text == "References"
    assert work.text.startswith("Khan, M. (2023). South-South Cooperation")
    assert work.attributes["class"] == "of-1 of-2"


def _answer(index: Index, question: str, row: int) -> Answer:
    passage = index.passages[row + 5]
    return Answer(question, (Quote(passage, passage.sentences[0]),), "", (), 0.9)
