"""Where sentences end, and how passages are made of them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import BlockKind, Document
from ingest.normalise import Composer
from ingest.sentences import MAX_CHARACTERS, in_block, sentences
from ingest.split import split
from tests.support import BRIEF, read

KINDS = st.sampled_from([BlockKind.PARAGRAPH, BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.LIST_ITEM])
WORDS = st.sampled_from(
    [
        "One",
        "two.",
        "Dr.",
        "U.S.",
        "3.5",
        "“Why?”",
        "he",
        "Said!",
        "e.g.",
        "1.",
        "(a)",
        "éa…",
        "שלום.",
        "中文。好",
        "😀",
        "x" * 400,
        "The",
    ]
)


def _document(blocks) -> Document:
    composer = Composer()
    for kind, words in blocks:
        composer.add(kind, 0, [" ".join(words)])
    return composer.compose(id="a", source="a", metadata={})


DOCUMENTS = st.lists(st.tuples(KINDS, st.lists(WORDS, max_size=25)), max_size=8).map(_document)


@pytest.mark.parametrize(
    "whole",
    [
        ["Mr. Aamir Khan, while speaking, called for more.", "He left."],
        ["China, the U.S. and Europe can help Pakistan.", "It can."],
        ["He lives in the U.S. The rest do not."],
        ["See Fig. 3 and pp. 4-5 for details.", "They differ, e.g. in size."],
        ["“Is it?” he asked.", "“It is.”", "No more."],
        ["It rose by 3.5 per cent.", "2023 was better."],
        ["The answer is no.", "Nobody knows No. 5 of them."],
        ["J. K. Rowling wrote it.", "Readers liked it!", "Did they?", "Yes…"],
        ["Written in 2001.[12]", "Read in 2002."],
        ["1. Coordination should be improved.", "Pakistan should strive."],
    ],
)
def test_sentences_end_where_a_reader_would_end_them(whole):
    """Abbreviations, initials, decimals, quotations and reference numbers."""
    text = " ".join(whole)
    found = [text[span.start : span.end] for span in in_block(text)]

    assert found == (whole if whole[0] != "He lives in the U.S. The rest do not." else ["He lives in the U.S.", "The rest do not."])


@given(DOCUMENTS)
def test_every_character_that_is_not_white_space_is_in_exactly_one_sentence(document):
    """Nothing is lost and nothing stands twice."""
    found = sentences(document)
    covered = [position for span in found for position in range(span.start, span.end)]

    assert len(covered) == len(set(covered))
    assert {position for position, character in enumerate(document.text) if not character.isspace()} <= set(covered)
    assert all(document.slice(span) == document.slice(span).strip() for span in found)


@given(DOCUMENTS)
def test_no_sentence_is_longer_than_max_characters(document):
    """A stretch without an end is cut."""
    assert all(len(span) <= MAX_CHARACTERS for span in sentences(document))


@given(DOCUMENTS, st.integers(1, 900))
def test_every_sentence_is_in_exactly_one_passage(document, max_characters):
    """Passages are the sentences in reading order; none is longer than asked for, unless a single sentence is."""
    passages = split(document, max_characters=max_characters)

    assert tuple(span for passage in passages for span in passage.sentences) == sentences(document)
    assert all(len(passage.span) <= max_characters or len(passage.sentences) == 1 for passage in passages)


def test_a_heading_opens_a_passage():
    """No passage runs over a heading."""
    for passage in split(read(BRIEF)):
        document = passage.document
        inside = [document.block_at(span.start).kind for span in passage.sentences]
        assert BlockKind.HEADING not in inside[inside.count(BlockKind.HEADING) :]


def test_a_byline_is_one_sentence():
    """Short lines without a closing mark say something together only."""
    document = _document([(BlockKind.PARAGRAPH, ["By"]), (BlockKind.PARAGRAPH, ["Ada Lovelace"]), (BlockKind.PARAGRAPH, ["It is so."])])

    assert [document.slice(span) for span in sentences(document)] == ["By\n\nAda Lovelace", "It is so."]


def test_one_huge_line_takes_time_in_step_with_its_length():
    """A megabyte without a line end is cut in a few seconds, not in hours: the work is not quadratic."""
    document = _document([(BlockKind.PARAGRAPH, ["A sentence of Dr. Who, e.g. here. " * 30_000])])
    started = time.process_time()

    assert len(sentences(document)) > 29_000
    assert time.process_time() - started < 20


@pytest.mark.parametrize("line", ["." * 60_000, "!?" * 60_000, '."' * 60_000, ". " * 60_000, "。." * 60_000, "x." + "[1]" * 60_000])
def test_a_row_of_marks_takes_time_in_step_with_its_length(line):
    """A row of 60,000 dots, as under a table of contents, was tried again from each dot: most of a minute."""
    started = time.process_time()
    found = list(in_block(line + "x And so on."))

    assert found[-1].end == len(line) + 12
    assert time.process_time() - started < 10


def test_a_row_of_dots_ends_where_it_ends():
    """What a run of marks is has not changed: it ends a sentence only before white space."""
    text = "So it is... Then...what?! He (she.) went.)] Yes."

    assert [text[span.start : span.end] for span in in_block(text)] == ["So it is...", "Then...what?!", "He (she.) went.)]", "Yes."]
