"""Near misses made for training: one detail of a question is changed."""

from __future__ import annotations

import random

import pytest

from bench.near_misses import altered, names_in

_PASSAGE = "The tower of Lucca was built in 1314. Its largest bell came from Siena in 1420, and Anna Bruni restored it."


def ways(question: str, names: list[str]) -> set[str | None]:
    """What becomes of a question over many draws."""
    return {altered(question, _PASSAGE, names, random.Random(seed)) for seed in range(200)}


def test_a_number_becomes_another_one():
    """Either a number of the passage or one near by, and never the same."""
    found = ways("What came in 1420?", [])

    assert "What came in 1314?" in found
    assert "What came in 1421?" in found
    assert "What came in 1420?" not in found


def test_a_name_of_the_passage_becomes_another_of_as_many_words():
    """A name that the passage does not have is left: the question is about something else already."""
    assert ways("What did bold Anna Bruni restore?", ["Siena", "Carlo Verdi"]) - {None} == {"What did bold Carlo Verdi restore?"}
    assert "What did bold Siena do in Paris?" not in ways("What did bold Florence do in Paris?", ["Siena"])


def test_a_word_becomes_its_opposite_both_ways():
    """As it is written in the question."""
    assert ways("which bell is the highest?", []) == {"which bell is the lowest?"}
    assert ways("which bell is the lowest?", []) == {"which bell is the highest?"}


def test_a_third_of_what_has_no_other_detail_is_negated():
    """After its verb; the rest has no near miss."""
    drawn = [altered("who restored what was painted?", _PASSAGE, [], random.Random(seed)) for seed in range(600)]

    assert set(drawn) == {None, "who restored what wasn't painted?"}
    assert drawn.count(None) / len(drawn) == pytest.approx(2 / 3, abs=0.06)


def test_names_are_capitalised_words_that_begin_no_sentence():
    """In runs, with what joins them."""
    assert names_in("The bell of Siena, from King Charles of the Franks. It rang.") == ["Siena", "King Charles of the Franks"]
