"""How a question is read: acronyms in both forms, and slips of spelling."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from chat.answerers.extractive import ExtractiveAnswerer
from chat.asking import Asker
from chat.citing import cite_all
from chat.render.html import answer_html
from chat.render.markdown import answer_markdown
from chat.render.text import answer_text
from index.embedders import open_embedder
from index.embedders.hashing import HashingEmbedder
from index.lexical import Lexical
from index.library import Index
from index.records import Document, Passage, Span
from index.search import Query, search
from index.shelf import SentenceRows
from index.stores.numpy import NumpyStore
from index.wording import read, spells

EMBEDDER = HashingEmbedder(64)
REAL_WORDS = frozenset("australia austria iran iraq zambia gambia niger nigeria slovakia slovenia contract contrast planets plants".split())


def knows(word: str) -> bool:
    return word.casefold() in REAL_WORDS


class Speller(HashingEmbedder):
    """Tells a few real words from slips."""

    def knows(self, word: str) -> bool:
        return knows(word)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A function that gives an index of texts, in memory: what reading a question looks at, and vectors for searching."""

    def of(*texts: str) -> Index:
        documents = [Document(f"{row}.txt", f"{row}.txt", {}, text) for row, text in enumerate(texts)]
        passages = tuple(Passage(document, (Span(0, len(document.text)),)) for document in documents)
        whole, sentences = EMBEDDER.embed_passages(passages)
        return Index(
            folder=tmp_path_factory.getbasetemp(),
            manifest=SimpleNamespace(embedder=EMBEDDER.name, weights=EMBEDDER.weights, documents=documents),
            documents={document.id: document for document in documents},
            extractions={},
            passages=passages,
            sentences=SentenceRows(np.arange(len(passages) + 1)),
            passage_vectors=NumpyStore.of(whole),
            sentence_vectors=NumpyStore.of(sentences),
            lexical=Lexical.of(texts),
            headings=Lexical.of([""] * len(texts)),
            titles=Lexical.of([document.title for document in documents]),
            passage_rows={document.id: range(row, row + 1) for row, document in enumerate(documents)},
        )

    return of


@pytest.fixture
def index(made) -> Index:
    return made(
        "The China-Pakistan Economic Corridor (CPEC) was launched in 2015.",
        "Roads of CPEC were paved by many hands.",
        "Work on the China-Pakistan Economic Corridor goes on in the north.",
        "The OECD (Organisation for Economic Co-operation and Development) and the Sustainable Development Goals (SDGs) are far away.",
        "The weather was bad (RAIN) and a cold wind blew over the (CPE) hills.",
    )


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is CPEC?", (("CPEC", "China-Pakistan Economic Corridor"),)),
        ("Who paved the China-Pakistan economic corridor?", (("China-Pakistan economic corridor", "CPEC"),)),
        ("Who is in the OECD?", (("OECD", "Organisation for Economic Co-operation and Development"),)),
        ("Are SDGs near?", (("SDGs", "Sustainable Development Goals"),)),
        ("Are the Sustainable Development Goals near?", (("Sustainable Development Goals", "SDGs"),)),
        ("Is the China-Pakistan Economic Corridor (CPEC) long?", ()),
        ("Was there RAIN over CPE?", ()),
        ("What is SAARC?", ()),
        ("What is an economic corridor?", ()),
    ],
)
def test_a_name_has_the_other_form_that_the_readings_give(index, question, expected):
    """An acronym what it stands for, a name its acronym; where the initials do not match, or nothing is given, none."""
    assert read(Query(question), index).expansions == expected


def test_initials_must_match():
    """Small words and what follows a hyphen may be passed over; other words may not."""
    assert spells("Department of Defence", "DoD".upper())
    assert spells("Department of Defence", "DD")
    assert not spells("Department of National Defence", "DD")
    assert not spells("Sustainable Development", "SDG")


def test_either_form_finds_passages_with_the_other(index):
    """By words alone, passages that have one form are found for the other."""
    for question in ("CPEC?", "China-Pakistan Economic Corridor?"):
        hits = search(index, EMBEDDER, read(Query(question), index), weights={"bm25": 1.0})
        found = {hit.passage.document.id for hit in hits if hit.signals["bm25"] > 0.2}
        assert found >= {"0.txt", "1.txt", "2.txt"}, question
        assert max(hit.signals["bm25"] for hit in hits) <= 1


def test_an_acronym_that_is_never_mentioned_is_said_so(index):
    """It has no other form, and the refusal names it."""
    assert "They never mention “SAARC”." in Asker(index, EMBEDDER, ExtractiveAnswerer(threshold=1.0)).ask("What is SAARC?").refusal


def test_a_slip_is_read_as_the_word_meant_and_said(made):
    """The answer keeps the question as it was typed; each form of it says how it was read."""
    index = made("Pakistan has strong cooperation with its neighbours.", "Nothing else.")
    asker = Asker(index, Speller(64), ExtractiveAnswerer(threshold=0.0))
    answer = asker.ask("What coperatoin has Pakisatn with others?")

    assert answer.question == "What coperatoin has Pakisatn with others?"
    assert answer.corrections == (("coperatoin", "cooperation"), ("Pakisatn", "Pakistan"))
    said = "Read “coperatoin” as “cooperation”. Read “Pakisatn” as “Pakistan”."
    assert said in answer_text(answer)
    assert said in answer_markdown(answer)
    assert "Pakisatn" in answer_html(answer, cite_all(answer.quotes).citations, turn=1, first_number=1, rows={"0.txt": 0, "1.txt": 1})
    assert asker.ask("What cooperation has Pakistan with others?").corrections == ()
    assert answer.quotes == asker.ask("What cooperation has Pakistan with others?").quotes


@pytest.mark.parametrize(
    ("text", "word"),
    [
        *(("Australia grew.", "Austria"), ("Iraq grew.", "Iran"), ("Gambia grew.", "Zambia"), ("Nigeria grew.", "Niger")),
        *(("Slovenia grew.", "Slovakia"), ("The contrast grew.", "contract"), ("The plants grew.", "planets")),
        *(("Roads grew.", "raod"), ("Floods of 20101 grew.", "20102"), ("Brown grew. Drown grew.", "Srown")),
        ("Barter and batter grew.", "bagter"),
    ],
)
def test_what_may_be_meant_as_it_is_stays_as_it_is(made, text, word):
    """A word that exists, a short one, a number, another first letter, two that are as near."""
    assert read(Query(f"Did “it” or {word} grow?"), made(text), knows=knows).corrections == ()


def test_words_between_quotation_marks_are_not_mended(made):
    """They are to be found as they are."""
    query = read(Query("Who said “Pakisatn grew”?"), made("Pakistan grew."), knows=lambda _: False)

    assert (query.corrections, query.absent) == ((), ("Pakisatn grew",))


def test_without_knowing_words_nothing_is_a_slip(made):
    """An embedder that cannot tell a slip from a word leaves every word."""
    assert read(Query("Did Pakisatn grow?"), made("Pakistan grew.")).corrections == ()


def test_a_slip_is_mended_in_front_of_a_possessive(made):
    """“Pakisatn's” is “Pakisatn” and an ending, which stays."""
    query = read(Query("What is Pakisatn's plan?"), made("Pakistan has a plan."), knows=knows)

    assert query.corrections == (("Pakisatn", "Pakistan"),)
    assert query.text == "What is Pakistan's plan?"


@pytest.mark.model
def test_the_model_s_vocabulary_tells_names_that_look_alike_from_slips():
    """What must not be changed is known to it, what people mistype is not."""
    embedder = open_embedder()

    assert all(map(embedder.knows, "planets contract contrast Slovenia Slovakia Austria Australia Zambia Gambia Nigeria Niger".split()))
    assert not any(map(embedder.knows, "Pakisatn goverment coperation".split()))
