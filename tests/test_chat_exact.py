"""Words of a selection that can be asked about are found again as they are."""

from __future__ import annotations

import random

import pytest

from chat.exact import askable
from index.library import Index
from index.phrases import absent, quoted
from index.records import Document, Passage, Span


@pytest.mark.parametrize("seed", range(100))
def test_words_selected_anywhere_are_found_again(brief_index: Index, seed: int) -> None:
    """Whatever is selected, over sentences, paragraphs and quotation marks, what is asked for stands in a passage."""
    chance = random.Random(seed)
    document = next(iter(brief_index.documents.values()))
    passages = [brief_index.passages[row] for row in brief_index.passage_rows[document.id]]
    start = chance.randrange(len(document.text) - 20)
    words = askable(Span(start, start + chance.randint(8, 600)), passages)

    assert len(words) <= 200
    assert quoted(f"“{words}”") == (words,)
    assert absent(brief_index, (words,)) == ()


def test_words_are_made_whole_and_quotation_marks_end_them() -> None:
    """Half a word at either end becomes a whole one; of words around a quotation mark the longer part is taken."""
    text = "He said “we shall all go home” and left."
    passage = Passage(Document("d", "d.txt", {}, text), (Span(0, len(text)),))

    assert askable(Span(10, 16), [passage]) == "we shall"
    assert askable(Span(0, len(text)), [passage]) == "we shall all go home"
    assert askable(Span(31, 40), [passage]) == "and left"


def test_a_selection_without_words_gives_none() -> None:
    """A sign or two are nothing to ask for."""
    text = "a – “b”."
    passage = Passage(Document("d", "d.txt", {}, text), (Span(0, len(text)),))

    assert askable(Span(2, 3), [passage]) == ""
    assert askable(Span(0, len(text)), []) == ""
