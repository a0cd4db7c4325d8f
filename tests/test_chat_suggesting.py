"""Questions drawn from readings: grammatical where a rule applies, and none where it does not."""

from __future__ import annotations

import pytest

from chat.answer import Answer, Quote
from chat.suggesting import Suggestion, answers, follow_ups, openers, question_from, starters, suggestions
from index.library import Index
from index.records import Span

_NAMES = frozenset("CPEC Pakistan Vision Plan Indus Lahore South-South China-Pakistan Economic Corridor ODA Official Assistance".split())


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("CPEC serves as a pivotal entry point for trade.", "What does CPEC serve as?"),
        ("The China-Pakistan Economic Corridor (CPEC) serves as a pivotal entry point.", "What does CPEC serve as?"),
        ("Pakistan's Vision 2025 emphasizes the development of a knowledge economy.", "What does Pakistan's Vision 2025 emphasize?"),
        ("South-South cooperation involves developing countries coming together.", "What does South-South cooperation involve?"),
        ("South-South cooperation is a concept rooted in solidarity.", "What is South-South cooperation?"),
        ("The Indus Plan was adopted in Lahore in 1996.", "When was the Indus Plan adopted?"),
        ("CPEC leads to more.", "What does CPEC lead to?"),
        ("The Plan studies floods.", "What does the Plan study?"),
    ],
)
def test_a_statement_becomes_the_question_it_answers(statement: str, question: str) -> None:
    """A subject with a name in it and a verb that the rules know are turned round."""
    assert question_from(statement, is_name=_is_name) == question


@pytest.mark.parametrize(
    "statement",
    [
        "It is a concept rooted in solidarity.",
        "Pakistan is a firm believer in it.",
        "These trends encompass a range of activities.",
        "Concessional financing is a need of many.",
        "However, the ODA is a tool.",
        "The focus is on infrastructure.",
        "Pakistan has always advocated for it.",
        "CPEC leads.",
        "Strengthening institutions is essential.",
        "",
        "!",
    ],
)
def test_what_no_rule_fits_becomes_no_question(statement: str) -> None:
    """Pronouns, subjects without a name, verbs without an object: better no question than a crooked one."""
    assert question_from(statement, is_name=_is_name) == ""


def test_the_brief_lets_one_ask(brief_index: Index) -> None:
    """Drawn from its statements and headings, in reading order, each once; each from where it says."""
    (document,) = brief_index.documents.values()
    found = list(suggestions(document, brief_index.passages))

    assert [one.question for one in found][:4] == [
        "What is South-South cooperation?",
        "What does South-South cooperation involve?",
        "What does it say about “Historical Context and Evolution”?",
        "What does CPEC serve as?",
    ]
    assert "What does Pakistan's Vision 2025 emphasize?" in [one.question for one in found]
    assert found == sorted(found, key=lambda one: one.source)


def test_starters_come_from_each_reading_and_stand_apart() -> None:
    """One of each reading in turn; of a long one the first and the last before those between."""
    long = [Suggestion(f"A{row}?", "a", Span(row, row + 1)) for row in range(9)]
    short = [Suggestion("B0?", "b", Span(0, 1)), Suggestion("A0?", "b", Span(1, 2))]

    assert [one.question for one in starters([long, short], most=5)] == ["A0?", "B0?", "A2?", "A4?", "A6?"]
    assert starters([], most=4) == ()


def test_follow_ups_stand_near_and_were_neither_asked_nor_just_answered(brief_index: Index) -> None:
    """Of what was tried, the nearest in the same reading."""
    passage = brief_index.passages[5]
    answer = Answer("Asked?", (Quote(passage, passage.sentences[0]),), "", (), 0.9)
    here, start, id = passage.sentences[0], passage.span.start, passage.document.id
    pool = [
        Suggestion("Far?", id, Span(start + 5000, start + 5001)),
        Suggestion("Near?", id, Span(here.end + 2, here.end + 9)),
        Suggestion("Same?", id, here),
        Suggestion("Asked before?", id, Span(here.end + 1, here.end + 9)),
        Suggestion("Elsewhere?", "other", here),
    ]

    assert follow_ups(answer, pool, ["asked BEFORE?"], most=3) == ("Near?", "Far?")


def test_a_suggestion_counts_as_answered_from_where_it_was_drawn(brief_index: Index) -> None:
    """A quotation of its statement, or of words under its heading; anything else is beside the point."""
    (document,) = brief_index.documents.values()
    heading = next(block for block in document.blocks if document.slice(block.span).startswith("Conclusion"))
    under = next(passage for passage in brief_index.passages if passage.heading == "Conclusion")
    asked = Suggestion("What does it say about “Conclusion”?", document.id, heading.span)
    quote, other = Quote(under, under.sentences[-1]), Quote(brief_index.passages[0], brief_index.passages[0].sentences[0])

    assert answers(Answer("?", (quote,), "", (), 0.9), asked, document)
    assert not answers(Answer("?", (other,), "", (), 0.9), asked, document)
    assert not answers(Answer("?", (), "No.", (quote,), 0.1), asked, document)
    assert answers(Answer("?", (other,), "", (), 0.9), Suggestion("?", document.id, other.span), document)


def test_before_any_was_tried_headings_are_proposed(brief_index: Index) -> None:
    """Their sections' openings answer them."""
    assert openers(tuple(brief_index.documents.values()))[0] == "What does it say about “Historical Context and Evolution”?"


def _is_name(word: str) -> bool:
    return word.removesuffix("'s") in _NAMES
