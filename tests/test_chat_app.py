"""The page, asked over loopback through gradio's own client."""

from __future__ import annotations

import gc
import html
import re
import socket
import threading
from collections.abc import Iterator, Sequence

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from chat.answer import Answer, Quote
from chat.answerers.extractive import ExtractiveAnswerer
from chat.app import check_address, check_tools, opened, serve
from chat.asking import Asker
from chat.conversation import Turn
from chat.render.frame import chips_html, chooser_html, header_html
from chat.suggesting import openers
from index.embedders.hashing import HashingEmbedder
from index.errors import BadQuestion, FootnotedError, UnusableAddress
from index.library import Index
from index.records import Block, BlockKind, Document, Span
from tests.markup import parsed

pytestmark = GRADIO_WARNINGS = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # gradio leaves event loops to the garbage collector
    pytest.mark.filterwarnings("ignore:.*BaseEventLoop.__del__:pytest.PytestUnraisableExceptionWarning"),  # perhaps after their sockets
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # and asks pandas for what is going
]


class Fake:
    """Answers with the sentence that holds the question's first word, and remembers what it was asked."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.loaded = threading.Event()

    def ask(self, question: str, history: Sequence[Turn]) -> Answer:
        assert self.loaded.is_set()
        self.asked.append((question, tuple(history)))
        if question == "too long":
            raise BadQuestion("the question has 100,000 characters; ask it in at most 2,000")
        if not question.strip():
            return Answer(question, (), "Ask a question in a few words.", (), 0.0)
        if question == "a bug":
            raise RuntimeError("secret of the inside")
        quote = next(
            Quote(passage, span)
            for passage in self.index.passages
            for span in passage.sentences
            if question.split()[0] in passage.document.slice(span)
        )
        return Answer(question, (quote,), "", (), 0.9)


@pytest.fixture(scope="module", autouse=True)
def swept() -> Iterator[None]:
    """What gradio left open is collected while the warnings about it are no errors."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def fake(brief_index: Index) -> Fake:
    return Fake(brief_index)


@pytest.fixture(scope="module")
def address(fake: Fake) -> Iterator[str]:
    with opened(fake.index, fake.ask, host="127.0.0.1", port=free_port(), ready=fake.loaded.set) as address:
        fake.loaded.wait(10)
        yield address


@pytest.fixture
def client(address: str) -> Client:
    return visitor(address)


def test_a_question_gets_a_quotation_of_the_source(client: Client, fake: Fake) -> None:
    """The page answers with a sentence of the document, between quotation marks, with its number."""
    messages = said(client, "CPEC please")

    (document,) = fake.index.documents.values()
    assert [message["role"] for message in messages] == ["user", "assistant"]
    words = parsed(shown(messages[-1])).one("blockquote").one("bdi").text
    assert "CPEC" in words
    assert words in document.text


def test_a_later_question_comes_with_the_turns_before_it_and_its_numbers_run_on(client: Client, fake: Fake) -> None:
    """What was asked and quoted before is handed on, oldest first; the second footnote is number 2."""
    first = said(client, "CPEC please")
    second = said(client, "nanotechnology please")

    quoted = parsed(shown(first[-1])).one("bdi", kind="words").text
    assert fake.asked[-1] == ("nanotechnology please", (Turn("CPEC please", quoted),))
    assert parsed(shown(second[-1])).one("a", kind="number").text == "2"
    assert len(second) == 4


def test_visitors_do_not_see_each_other(address: str, client: Client, fake: Fake) -> None:
    """What one visitor asked is neither shown to another nor used for the other's answer."""
    said(client, "CPEC please")
    messages = said(visitor(address), "Solidarity please")

    assert fake.asked[-1] == ("Solidarity please", ())
    assert len(messages) == 2


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("too long", "the question has 100,000 characters; ask it in at most 2,000"),
        ("a bug", "Something went wrong on our side, and it is in the log. Please ask again, or in other words."),
    ],
)
def test_an_error_is_one_line_in_the_chat(client: Client, question: str, line: str) -> None:
    """A question that fails is answered in a line, never with a traceback, and the talk goes on."""
    message = said(client, question)[-1]

    assert parsed(shown(message)).one("p", kind="error").text == line
    assert said(client, "CPEC please")[-1]["role"] == "assistant"


def test_a_question_asked_before_the_model_is_there_waits(brief_index: Index) -> None:
    """The page is up at once; who asks is told that the model is being opened, and gets the answer after that."""
    fake, opening = Fake(brief_index), threading.Event()

    def load() -> None:
        opening.wait(10)
        fake.loaded.set()

    with opened(brief_index, fake.ask, host="127.0.0.1", port=free_port(), ready=load) as address:
        job = visitor(address).submit("CPEC please", api_name="/talk")
        first = next(iter(job))[0]
        assert "Opening the model" in shown(first[-1])
        assert fake.asked == []
        opening.set()
        last = job.result(10)[0]

    assert "<blockquote>" in shown(last[-1])


def test_an_empty_question_is_answered_without_a_bubble(client: Client) -> None:
    """Enter in an empty box does not put an empty question on the page."""
    (message,) = said(client, "  ")

    assert message["role"] == "assistant"


@pytest.fixture(scope="module")
def served(brief_index: Index) -> Iterator[str]:
    """The whole program without the model."""
    asker = Asker(brief_index, HashingEmbedder(), ExtractiveAnswerer(0.0))
    with opened(brief_index, asker.ask, asker=lambda: asker, host="127.0.0.1", port=free_port()) as address:
        yield address


def test_programs_are_offered_ask_and_search_with_types_and_words(served: str) -> None:
    """Nothing else is offered; each says what it does, and what its arguments are."""
    offered = visitor(served).view_api(return_format="dict", print_info=False)["named_endpoints"]

    assert set(offered) == {"/ask", "/search"}
    arguments = {name: [argument["parameter_name"] for argument in found["parameters"]] for name, found in offered.items()}
    assert arguments == {"/ask": ["question", "history", "documents", "style"], "/search": ["query", "documents", "most", "style"]}
    assert "authors' own words" in str(offered["/ask"])


def test_programs_ask_and_search_and_nothing_of_one_reaches_another(served: str, brief_index: Index) -> None:
    """A follow-up leans on the history that its own caller sends, and on nobody else's."""
    first, second = visitor(served), visitor(served)
    (document,) = brief_index.documents.values()
    answer = first.predict("What is CPEC?", api_name="/ask")
    follow = {"question": "And why?", "api_name": "/ask"}
    alone = second.predict(**follow)
    leaning = second.predict(**follow, history=[{"question": "What is CPEC?", "answer": ""}])
    again = first.predict(**follow)
    found = second.predict("CPEC", most=2, style="apa", api_name="/search")

    assert answer["quotes"][0]["text"] == document.text[answer["quotes"][0]["start"] : answer["quotes"][0]["end"]]
    assert _texts(again) == _texts(alone) != _texts(leaning)
    assert [passage["citation"].partition(" “")[0] for passage in found["passages"]] == ["(Khan, 2023,"] * 2


def test_an_error_reaches_a_program_as_one_line(served: str) -> None:
    """What it asked wrongly, and nothing of the inside."""
    for name in ("/ask", "/search"):
        with pytest.raises(AppError, match=r"^no document 'x' among the readings; leave `documents` out to ask all of them$"):
            visitor(served).predict("What is CPEC?", documents=["x"], api_name=name)
    with pytest.raises(AppError, match=r"^no style 'oscola'; there are: chicago, apa, mla, harvard$"):
        visitor(served).predict("What is CPEC?", style="oscola", api_name="/ask")


def test_tools_that_are_not_installed_are_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--mcp` without what it needs names the command that installs it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FootnotedError, match=r"--mcp needs .*pip install"):
        check_tools()


def test_a_taken_port_is_said_in_one_line(brief_index: Index, capfd: pytest.CaptureFixture[str]) -> None:
    """The message names the port and the way out, and nothing else is printed."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UnusableAddress, match=rf"port {port} is taken by another program; .*--port {port + 1}$"):
            serve(brief_index, Fake(brief_index).ask, port=port)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("256.0.0.1", 7860), ("192.0.2.1", 7860)])
def test_an_address_that_cannot_be_served_is_an_error_of_ours(host: str, port: int) -> None:
    """A port that does not exist or an address of another machine is said in words, with a way out."""
    with pytest.raises(UnusableAddress, match="--port 7861"):
        check_address(host, port)


def test_other_readings_have_starters_drawn_from_their_headings() -> None:
    """One heading of each reading in turn; titles and long headings are left out, a heading that stands twice is asked once."""
    one = _headed("A", "A", "Methods", "Results:", "x" * 80)
    two = _headed("B", "Methods", "Limits *of* it")

    assert openers([one, two]) == (
        "What does it say about “Methods”?",
        "What does it say about “Results”?",
        "What does it say about “Limits *of* it”?",
    )


def test_a_choice_of_readings_is_offered_where_there_are_several() -> None:
    """One reading needs no list; several are listed by title, in the order of the index."""
    one, two = _headed("A <b>", "x"), _headed("B", "y")

    assert chooser_html([one]) == ""
    options = parsed(chooser_html([one, two])).all("option")
    assert [(option.attributes["value"], option.text) for option in options] == [("0", "A <b>"), ("1", "B")]
    assert parsed(header_html([one])).one("span").text == "A <b> · 1 reading"
    assert parsed(header_html([one, two])).one("span").text == "2 readings"


def test_the_views_are_tabs_and_the_first_is_chosen() -> None:
    """Each tab names what it shows; only the chosen one is reached by the Tab key, arrows lead to the others."""
    tabs = parsed(header_html([_headed("A", "x")], ["ask", "readings"])).all("button")

    assert [(tab.text, tab.attributes["aria-selected"], tab.attributes["aria-controls"]) for tab in tabs] == [
        ("Ask", "true", "talk"),
        ("Readings", "false", "shelf"),
    ]
    assert [tab.attributes.get("tabindex") for tab in tabs] == [None, "-1"]


def test_questions_to_go_on_with_are_text() -> None:
    """What a heading holds is no markup in a chip, and without questions there is nothing."""
    assert [chip.text for chip in parsed(chips_html(["What is <b>?", "Why?"])).all("button")] == ["What is <b>?", "Why?"]
    assert chips_html([]) == ""


def _texts(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [quote["text"] for quote in (*answer["quotes"], *answer["nearest"])]


def visitor(address: str) -> Client:
    """A new visitor; not closed, which would wait a second for a thread that ends by itself."""
    return Client(address, verbose=False, analytics_enabled=False, httpx_kwargs={"timeout": 120})  # a busy machine is no fault


def said(client: Client, question: str) -> list[dict[str, object]]:
    """The whole conversation after a question."""
    messages, _ = client.predict(question, api_name="/talk")
    return messages


def shown(message: dict[str, object]) -> str:
    """The HTML of a message."""
    (part,) = message["content"]  # type: ignore[misc]
    return str(part["text"])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _headed(title: str, *headings: str) -> Document:
    text = "\n\n".join(headings)
    spans = [Span(found.start(), found.end()) for found in re.finditer(r"[^\n]+", text)]
    return Document(html.escape(title), "d.md", {"title": title}, text, blocks=tuple(Block(BlockKind.HEADING, 1, span) for span in spans))
