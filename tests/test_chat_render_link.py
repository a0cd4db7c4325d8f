"""Permanent links: the same answer again, quotation for quotation; from a stranger's link nothing but whole sentences of the readings."""

from __future__ import annotations

import random
from dataclasses import replace
from urllib.parse import quote as percent

import pytest

from chat.answer import Answer, Quote
from chat.render.link import MAX_LINK_CHARACTERS, Keys, document_key, link_to, linked
from index.library import Index
from index.records import Span


@pytest.fixture
def keys(brief_index: Index) -> Keys:
    return Keys(brief_index.documents.values())


def test_a_link_gives_the_same_answer_back(brief_index: Index, keys: Keys) -> None:
    """Two hundred answers with any characters in the question: question, quotations, marks, context and corrections come back."""
    chance = random.Random(5)
    for _ in range(200):
        question = "".join(chance.choice("ab é中&=?#+%<>\"'\n\u202e😀") for _ in range(chance.randint(1, 60))) + "x"
        answer = Answer(
            question,
            tuple(_quote(chance, brief_index) for _ in range(chance.randint(1, 3))),
            "",
            (),
            0.0,
            context=chance.choice(["", "What damage did aid do? & more"]),
            corrections=chance.choice([(), ((question[:1], "y z"),)]),
        )
        found = linked(link_to(answer, keys), brief_index, keys)

        assert found is not None
        assert (found.fits, found.refused, found.asks) == (True, False, False)
        assert found.answer() == answer


def test_a_refusals_link_gives_the_nearest_passages_back_and_not_its_words(brief_index: Index, keys: Keys) -> None:
    """What was said with the refusal is ours to say again; a link cannot put words into our mouth."""
    answer = Answer("How much?", (), "The reading does not say.", (_quote(random.Random(1), brief_index),), 0.0)
    link = link_to(answer, keys)
    found = linked(link, brief_index, keys)

    assert found is not None
    assert found.refused
    assert found.answer("The reading does not say.") == answer
    assert "does+not+say" not in link


def test_a_refusal_with_nothing_near_is_still_one(brief_index: Index, keys: Keys) -> None:
    """It is not taken for a link that only asks."""
    found = linked(link_to(Answer("Why?", (), "No.", (), 0.0), keys), brief_index, keys)

    assert found is not None
    assert (found.refused, found.asks, found.fits) == (True, False, True)


def test_the_readings_that_were_asked_come_back(brief_index: Index, keys: Keys) -> None:
    """A question restricted to some readings is so again."""
    (document,) = brief_index.documents.values()
    found = linked(link_to(Answer("Why?", (), "No.", (), 0.0), keys, [document]), brief_index, keys)

    assert found is not None
    assert found.documents == (document.id,)


def test_a_link_with_a_question_alone_asks_it(brief_index: Index, keys: Keys) -> None:
    """So that a question can be passed on without its answer."""
    found = linked("?q=What+is+CPEC%3F", brief_index, keys)

    assert found is not None
    assert (found.question, found.asks) == ("What is CPEC?", True)


def test_a_link_to_other_words_does_not_fit(brief_index: Index, keys: Keys) -> None:
    """The key of a reading changes with its words and its name, so offsets never point into other words than they were made for."""
    (document,) = brief_index.documents.values()
    changed = Keys([replace(document, text=document.text.replace("1", "2"))])
    link = link_to(Answer("Why?", (_quote(random.Random(2), brief_index),), "", (), 0.0), changed)
    found = linked(link, brief_index, keys)

    assert found is not None
    assert (found.fits, found.quotes, found.asks) == (False, (), False)
    assert document_key(document) != document_key(replace(document, id="other.md"))


def test_only_whole_sentences_can_be_quoted_by_a_link(brief_index: Index, keys: Keys) -> None:
    """Words torn out of a sentence, marks outside the quotation, sentences of two passages or places past the end do not fit."""
    (document,) = brief_index.documents.values()
    key, first, last = keys.of(document), brief_index.passages[0], brief_index.passages[-1]
    sentence = first.sentences[0]

    def fits(*spans: tuple[int, int]) -> bool:
        place = "".join(f".{start}-{end}" for start, end in spans)
        found = linked(f"?q=x&at={key}{place}", brief_index, keys)
        return found is not None and found.fits

    assert fits((sentence.start, sentence.end))
    assert not fits((sentence.start + 1, sentence.end))
    assert not fits((sentence.start, sentence.end - 1))
    assert not fits((sentence.start, sentence.end), (sentence.end, sentence.end + 4))
    assert not fits((first.span.start, last.span.end))
    assert not fits((len(document.text), len(document.text) + 9))
    assert not fits((9, 3))


@pytest.mark.parametrize(
    "link",
    [
        "",
        "?",
        "?q=",
        "?q=+++",
        "?at=0123456789abcdef.0-4",
        "?__theme=dark",
        "?q=" + "x" * MAX_LINK_CHARACTERS,
        "?q=x" + "&at=y" * 300,
    ],
)
def test_what_is_no_link_of_ours_is_none(brief_index: Index, keys: Keys, link: str) -> None:
    """Other addresses, empty questions and floods open the page as it is."""
    assert linked(link, brief_index, keys) is None


@pytest.mark.parametrize(
    "place", ["", "x", "../../etc/passwd", "0123456789abcdef", "0123456789abcdef.1-2", "٣" * 16 + ".1-2", "%00", "0.0-1", "<script>.1-2"]
)
def test_a_place_that_is_none_does_not_fit(brief_index: Index, keys: Keys, place: str) -> None:
    """Whatever a stranger writes for a place leads nowhere, and is said not to fit."""
    found = linked(f"?q=x&at={percent(place)}&at=y", brief_index, keys)

    assert found is not None
    assert (found.fits, found.quotes) == (False, ())


def test_a_correction_is_of_a_word_in_the_question(brief_index: Index, keys: Keys) -> None:
    """A link cannot claim that something else was typed."""
    found = linked("?q=acording+to+whom&typed=acording&read=according&typed=nothing&read=everything", brief_index, keys)

    assert found is not None
    assert found.corrections == (("acording", "according"),)


def _quote(chance: random.Random, index: Index) -> Quote:
    """Some whole sentences of a passage, perhaps with words marked."""
    passage = chance.choice(index.passages)
    first = chance.randrange(len(passage.sentences))
    last = chance.randrange(first, len(passage.sentences))
    span = Span(passage.sentences[first].start, passage.sentences[last].end)
    words = (Span(span.start, span.start + 2), Span(span.end - 1, span.end)) if len(span) > 4 and chance.random() < 0.5 else ()
    return Quote(passage, span, words)
