"""A conversation: its numbers, what later questions lean on, what stands under an answer, and what the browser keeps of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chat.answer import Answer, Quote
from chat.render.acts import REASONS
from chat.render.history import MOST_KEPT, kept, restored
from chat.render.link import Keys, linked
from chat.render.talk import asked_of, messages
from chat.talk import Origin, Said, Talk
from index.library import Index
from tests.markup import Element, parsed


def test_numbers_run_on_and_each_answer_has_its_row(brief_index: Index) -> None:
    """The second answer's first footnote is number 3 after two; ids tell the rows apart."""
    talk = Talk((_said(brief_index, "What is CPEC?", 0, 1), _said(brief_index, "And aid?", 2)))
    first, second = _answers(talk, brief_index)

    assert [link.text for link in first.all("a", kind="number")] == ["1", "2"]
    assert [link.text for link in second.all("a", kind="number")] == ["3"]
    assert [act.attributes["id"] for act in second.all("div", kind="acts")[0].all(kind="act")] == [
        f"t2-{act}" for act in ("copy", "others", "link", "save", "helpful", "unhelpful")
    ]
    assert [act.text for act in second.one("div", kind="why").all("button")] == list(REASONS)


def test_the_link_under_an_answer_shows_it_again(brief_index: Index) -> None:
    """Its address, read back from the page, gives the answer that stands over it."""
    said = _said(brief_index, "What is “CPEC” & why?", 3)
    (answer,) = _answers(Talk((said,)), brief_index)
    found = linked(_link(answer), brief_index, Keys(brief_index.documents.values()))

    assert found is not None
    assert found.answer() == said.answer


def test_an_answer_from_a_visitors_own_file_has_no_link(brief_index: Index) -> None:
    """Nobody else could open it."""
    (id,) = brief_index.documents
    (answer,) = _answers(Talk((_said(brief_index, "What?", 0),)), brief_index, own={id: 10**24})

    assert answer.one("a", kind="number").attributes["href"].startswith("#source-1000000000000000000000000-")
    assert [act.attributes["id"] for act in answer.all("a", kind="act")] == []


def test_a_refusal_offers_other_passages_and_a_link_and_nothing_to_copy(brief_index: Index) -> None:
    """What is near is not an answer, and is not handed out as a quotation with its citation."""
    answer = Answer("How much?", (), "The reading does not say.", (_quote(brief_index, 0),), 0.1)
    (shown,) = _answers(Talk((Said("How much?", answer),)), brief_index)

    assert [act.attributes["id"] for act in shown.all("div", kind="acts")[0].all(kind="act")] == [
        f"t1-{act}" for act in ("others", "link", "save", "helpful", "unhelpful")
    ]


@pytest.mark.parametrize("question", ["Hello!", "Thanks", ""])
def test_small_talk_has_nothing_under_it(brief_index: Index, question: str) -> None:
    """A greeting is no answer to copy, link or judge."""
    talk = Talk((Said(question, Answer(question, (), "Hello! Ask me.", (), 0.0)),))

    assert "act" not in _shown(talk, brief_index)[-1]["content"]


def test_other_passages_and_links_say_what_they_are(brief_index: Index) -> None:
    """Other passages have no bubble of their own but name their question; what a link opened can be asked anew."""
    asked = _said(brief_index, "What is CPEC?", 0)
    others = Said("What is CPEC?", Answer("What is CPEC?", (_quote(brief_index, 1),), "", (), 0.5), origin=Origin.OTHERS)
    opened = Said("What is CPEC?", Answer("What is CPEC?", (_quote(brief_index, 2),), "", (), 0.5), origin=Origin.LINK)
    talk = Talk((asked, others, opened))

    assert [message["role"] for message in _shown(talk, brief_index)] == ["user", "assistant", "assistant", "user", "assistant"]
    above = [[line.text for line in answer.all("p", kind="context")] for answer in _answers(talk, brief_index)]
    assert above == [[], ["Other passages on “What is CPEC?”"], ["Opened from a link. Ask anew"]]
    assert [turn.question for turn in talk.turns] == ["What is CPEC?", "What is CPEC?"]


def test_the_readings_that_were_asked_are_named(brief_index: Index) -> None:
    """Up to three by title, more by their number; all of them are not worth a word."""
    (document,) = brief_index.documents.values()
    many = {f"{row}": document for row in range(9)}

    assert asked_of((), many) == ""
    assert asked_of(("1", "2"), many) == "Asked of “South-South Cooperation” and “South-South Cooperation”"
    assert asked_of(("1", "2", "3", "4"), many) == "Asked of 4 of 9 readings"


def test_what_the_browser_keeps_gives_the_talk_back(brief_index: Index) -> None:
    """Through JSON and back: answers, refusals, where they came from and which readings were asked."""
    (document,) = brief_index.documents
    keys = Keys(brief_index.documents.values())
    refusal = Answer("How much?", (), "The reading does not say.", (_quote(brief_index, 4),), 0.0)
    talk = Talk(
        (
            _said(brief_index, "What is CPEC?", 0, 1),
            Said("How much?", refusal, documents=(document,)),
            Said("What is CPEC?", Answer("What is CPEC?", (_quote(brief_index, 2),), "", (), 0.0), origin=Origin.OTHERS),
        )
    )
    records = json.loads(json.dumps(kept(talk, brief_index, keys)))

    assert restored(records, brief_index, keys) == talk
    assert all(document.text[:40] not in json.dumps(records) for document in brief_index.documents.values())


def test_an_answer_that_fits_no_longer_is_a_line(brief_index: Index) -> None:
    """The reading changed since: the question stands, its answer is not made up."""
    keys = Keys(brief_index.documents.values())
    (said,) = restored([{"link": "?q=Why%3F&at=0123456789abcdef.0-9", "from": "asked", "line": ""}], brief_index, keys).said

    assert said.answer is None
    assert (said.question, said.line) == ("Why?", "This answer cannot be shown again: its reading has changed, or is no longer here.")


@pytest.mark.parametrize("records", [None, 3, "x", {}, [None, 3, {}, {"link": 3}, {"link": "?x=1"}, []], [{"link": "?q=x" * 9000}]])
def test_whatever_a_browser_kept_that_is_no_record_is_left_out(brief_index: Index, records: Any) -> None:
    """The browser's store is the visitor's own, and may hold anything."""
    assert restored(records, brief_index, Keys(brief_index.documents.values())) == Talk()


def test_a_long_talk_is_kept_from_its_end(brief_index: Index) -> None:
    """So that the store cannot grow for ever."""
    talk = Talk(tuple(_said(brief_index, f"Question {row}?", 0) for row in range(MOST_KEPT + 5)))
    keys = Keys(brief_index.documents.values())

    assert restored(kept(talk, brief_index, keys), brief_index, keys).said == talk.said[5:]


def _quote(index: Index, row: int) -> Quote:
    return Quote(index.passages[row], index.passages[row].sentences[0])


def _said(index: Index, question: str, *rows: int) -> Said:
    return Said(question, Answer(question, tuple(_quote(index, row) for row in rows), "", (), 0.0))


def _shown(talk: Talk, index: Index, *, own: dict[str, int] | None = None) -> list[dict[str, str]]:
    return messages(talk, index.documents, keys=Keys(index.documents.values()), others=True, own=own)


def _answers(talk: Talk, index: Index, *, own: dict[str, int] | None = None) -> list[Element]:
    shown = [message["content"] for message in _shown(talk, index, own=own) if message["role"] == "assistant"]
    return [parsed(html).one("div", kind="answer") for html in shown]


def _link(answer: Element) -> str:
    return next(act.attributes["href"] for act in answer.all("a", kind="act"))
