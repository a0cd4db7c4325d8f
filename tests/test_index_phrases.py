"""Words between quotation marks in a question."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from chat.answerers.extractive import ExtractiveAnswerer
from chat.asking import Asker
from index.embedders.hashing import HashingEmbedder
from index.errors import UnknownDocument
from index.lexical import Lexical
from index.library import Index
from index.phrases import holding, holds_phrase, occurrences, quoted, unquoted
from index.search import Query, search
from index.wording import read
from ingest.build import RECOMMENDED, build

EMBEDDER = HashingEmbedder(64)
ALWAYS = ExtractiveAnswerer(threshold=0.0)
TEXTS = {
    "one.txt": "The harvest was good. People spoke of a Beacon–of\u00a0hope for all.\n\nMany nations traded. Soft power matters to them.",
    "two.txt": "Hope was a beacon, they said of the harvest. Hard power matters more. A party is an art-lover's delight.",
}


@pytest.fixture
def index(corpus, folder) -> Index:
    for name, text in TEXTS.items():
        (corpus / name).write_text(text, encoding="utf-8")
    build(corpus, folder, embedder=EMBEDDER.name, settings=replace(RECOMMENDED, max_characters=70))
    return Index.open(folder)


def texts(hits) -> list[str]:
    return [hit.passage.text for hit in hits]


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ('Who said "beacon of hope"?', ("beacon of hope",)),
        ("Who said “beacon of hope,” and “solidarity”?", ("beacon of hope", "solidarity")),
        ("Is “it” in there, or “77”, or “”?", ()),
        ("Is it 5\" or 6\" wide? The 'small' one.", ()),
        ("Which parts are related to “Governing Law”?", ()),
        ("What does it say about “Governing Law”?", ("Governing Law",)),
        ("An open “quotation mark", ()),
    ],
)
def test_a_phrase_is_two_words_or_one_of_three_letters_between_double_marks(question, phrases):
    """Straight and curly marks; inches, single marks, scraps, and the name of a subject are none."""
    assert quoted(question) == phrases


def test_a_phrase_stands_in_a_text_whatever_its_case_accents_spaces_marks_and_hyphens():
    """All of these are folded; word ends and words are not."""
    text = "“The Café’s\n\nSouth–South \u00a0ties,” İzmir"

    for phrase in ("the cafe's south-south ties", "South‑South", "CAFÉ’S", '"the café', "izmir"):
        assert holds_phrase(text, phrase), phrase
    for phrase in ("south south", "outh", "ties, i", "South-Sou", "the cafes"):
        assert not holds_phrase(text, phrase), phrase


def test_an_occurrence_is_where_the_words_stand():
    """Spans cut the source's own characters, decomposed letters and ligatures among them."""
    text = "A e\u0301lite oﬃce  of\nhope; an Élite Office of Hope"

    assert [text[span.start : span.end] for span in occurrences(text, "élite office of hope")] == [
        "e\u0301lite oﬃce  of\nhope",
        "Élite Office of Hope",
    ]


def test_only_passages_with_the_phrase_are_hits(index):
    """Whatever else is nearer; of several phrases all, or any where no passage has all."""
    for phrases, wanted in (
        (("beacon-of hope",), ["People spoke of a Beacon–of hope for all."]),
        (("soft power", "hard power"), ["Soft power matters to them.", "Hard power matters more."]),
        (("soft power", "matters"), ["Soft power matters to them."]),
    ):
        hits = search(index, EMBEDDER, Query("What of the harvest?", phrases=phrases))
        assert len(hits) == len(wanted)
        for hit in hits:
            assert any(text in hit.passage.text for text in wanted)


def test_a_phrase_is_looked_for_in_the_documents_named(index):
    """What another document has is absent; a document that is not there is an error."""
    assert read(Query("Who said “hard power”?"), index).absent == ()
    assert read(Query("Who said “hard power”?"), index, documents=["one"]).absent == ("hard power",)
    with pytest.raises(UnknownDocument, match="three"):
        read(Query("Who said “hard power”?"), index, documents=["three"])


def test_sentences_with_the_phrase_are_quoted_first(index):
    """Even where another sentence of the passage is nearer to the question."""
    answer = Asker(index, EMBEDDER, ALWAYS).ask("What of the good harvest is a “beacon of hope”?")
    assert answer.refusal == "The readings never have the words “beacon of hope”."

    answer = Asker(index, EMBEDDER, ALWAYS).ask("What is a “Beacon-of hope” for nations that had a good harvest?")
    assert answer.quotes[0].text == "People spoke of a Beacon–of hope for all."
    assert all(quote.passage == answer.quotes[0].passage for quote in answer.quotes)


def test_a_phrase_that_nothing_holds_is_refused_and_what_is_near_is_shown(brief_index, index):
    """However low the threshold: the words are named, and the nearest passages are offered."""
    answer = Asker(brief_index, HashingEmbedder(), ALWAYS).ask("What is “triangular harvest cooperation” with Pakistan?")

    assert answer.refusal == "The reading never has the words “triangular harvest cooperation”."
    assert answer.nearest
    assert Asker(index, EMBEDDER, ALWAYS).ask("Is “art” in “the sea”?").refusal == "The readings never have the words “the sea”."


def test_a_question_that_only_asks_where_words_stand_is_answered_with_their_sentences(brief_index):
    """A threshold is for what may be an answer; here the words themselves are asked for. Two sentences are quoted as one stretch."""
    asker = Asker(brief_index, HashingEmbedder())
    passage = next(passage for passage in brief_index.passages if len(passage.sentences) > 2)
    first, second = passage.sentences[-2:]
    wanted = passage.document.text[first.start : second.end]
    across = passage.document.text[first.end - 20 : second.start + 20].strip().split(" ", 1)[1].rsplit(" ", 1)[0]

    assert [quote.text for quote in asker.ask(f"Where does it say “{across}”?").quotes] == [wanted]


def test_a_reading_s_title_is_a_name_and_not_words_to_find(brief_index):
    """A title that the text does not hold names the reading."""
    (document,) = brief_index.documents.values()
    titled = replace(document, metadata={"title": "A Name That Stands Nowhere"})
    index = replace(brief_index, documents={document.id: titled}, titles=Lexical.of([titled.title]))
    query = read(Query("What is the conclusion of “a name that stands nowhere”?"), index)

    assert (query.absent, query.phrases) == ((), ())
    assert read(Query("Who said “a name that stood nowhere”?"), index).absent
    assert unquoted("Who said “beacon of hope”?") == "Who said “ ”?"


def test_a_phrase_over_a_page_break_is_found(tmp_path):
    """The text runs on over it."""
    from index.records import BlockKind
    from ingest.normalise import Composer, PageStart

    composer = Composer()
    composer.page(PageStart(1))
    composer.add(BlockKind.PARAGRAPH, 0, ["It is a beacon", PageStart(2), " of hope."])

    assert holds_phrase(composer.compose(id="a.pdf", source="a.pdf", metadata={}).text, "beacon of hope")


def test_postings_are_the_rows_in_which_a_term_stands():
    """In order; none for a term that stands nowhere, nor where nothing is indexed."""
    lexical = Lexical.of(["a cat", "dogs", "the cats and a dog"])

    assert lexical.postings("cat").tolist() == [0, 2]
    assert lexical.postings("bird").tolist() == []
    assert Lexical.of([""]).postings("cat").tolist() == []


def test_a_phrase_is_found_quickly_among_many_passages(brief_index):
    """Through the postings: 100,000 passages with its first word, one with all of it, and little time."""
    passages = [*[brief_index.passages[0]] * 100_000, brief_index.passages[-1]]
    text = passages[-1].text
    tail = " ".join(text.split()[-6:]).rstrip(".")
    lexical = Lexical.of(["the cooperation of many"] * 100_000 + [text])
    many = replace(brief_index, passages=tuple(passages), lexical=lexical)
    started = time.process_time()

    assert holding(many, [tail]) == [100_000]
    assert time.process_time() - started < 0.5
