"""What a search shows, and other passages than those that were shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chat.answerers.extractive import ExtractiveAnswerer
from chat.asking import Asker
from chat.further import further
from chat.render.found import found_html, reasons, worth_showing
from chat.render.html import linked_place
from index.embedders.hashing import HashingEmbedder
from index.library import Index
from index.search import Query, search
from ingest.build import build
from tests.markup import parsed


@pytest.fixture
def asker(brief_index: Index) -> Asker:
    """The program without the model, which takes nearly everything for an answer."""
    return Asker(brief_index, HashingEmbedder(), ExtractiveAnswerer(0.0))


def test_passages_are_listed_with_why_and_lead_to_their_place(brief_index: Index) -> None:
    """Best first; the passage as it stands in the source, the link to it, its citation, and the words it shares with the question."""
    query = Query("What damage did ODA do?")
    hits = search(brief_index, HashingEmbedder(), query, k=3)
    shown = parsed(found_html(query, hits, {id: row for row, id in enumerate(brief_index.documents)}))

    items = shown.one("ol", kind="found").all("li")
    assert [item.one("p", kind="passage").text for item in items] == [hit.passage.text for hit in hits]
    assert [linked_place(item.one("a").attributes["href"]) for item in items] == [(0, hit.passage.span) for hit in hits]
    assert items[0].one("p", kind="why").text.startswith("The same word")
    assert "ODA" in items[0].one("p", kind="why").text
    assert items[0].one("a").text.startswith("Khan, South-South Cooperation, sec. “")
    assert shown.all("p", kind="line")[0].text == "3 passages, best first"


def test_words_of_a_document_are_text_in_a_list_of_passages(tmp_path: Path) -> None:
    """Markup in a reading stays what it is: characters."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Rain <img src=x onerror=alert(1)> and <b>snow</b> *fell*.\n", encoding="utf-8")
    build(corpus, tmp_path / "index", embedder=HashingEmbedder().name)
    index = Index.open(tmp_path / "index")
    query = Query("<i>rain</i>")
    shown = parsed(found_html(query, search(index, HashingEmbedder(), query), {"a.txt": 0}))

    assert shown.one("p", kind="passage").text == index.passages[0].text
    assert shown.all("img") == []


@pytest.mark.parametrize(
    ("cosine", "text", "why"),
    [
        (0.7, "What damage did the ODA do?", ("the same word: ODA", "close in meaning")),
        (0.4, "Who successes countries?", ("the same words: successes, countries", "near in meaning")),
        (0.1, "zebra", ("a little like it",)),
    ],
)
def test_why_a_passage_was_found_is_said_in_plain_words(brief_index: Index, cosine: float, text: str, why: tuple[str, ...]) -> None:
    """The question's own words that stand in it, in any form, and how near its meaning is."""
    hits = search(brief_index, HashingEmbedder(), Query("ODA successes"), k=20)
    hit = next(hit for hit in hits if "The ODA had some successes" in hit.passage.text)

    assert reasons(Query(text), replace(hit, signals={"sentence": cosine, "passage": 0.0, "bm25": 0.5})) == why


def test_passages_that_only_happen_to_be_least_far_are_left_out(brief_index: Index) -> None:
    """Beyond the first three, what shares no word and is not near in meaning is no find."""
    query = Query("zebra ODA")
    hits = [
        replace(hit, signals={"sentence": 0.1, "passage": 0.1, "bm25": 0.0}) for hit in search(brief_index, HashingEmbedder(), query, k=9)
    ]
    shown = worth_showing(query, hits)

    assert [hit.rank for hit in shown][:3] == [1, 2, 3]
    assert all("ODA" in hit.passage.text for hit in shown[3:])
    assert len(shown) < len(hits)


def test_nothing_found_is_said(brief_index: Index) -> None:
    """An empty list would look like a page that is still loading."""
    assert parsed(found_html(Query("x"), [], {})).one("p").text == "Nothing was found."


def test_other_passages_are_none_of_those_shown(asker: Asker) -> None:
    """Asked again and again, each passage comes once, until none is left."""
    question = "What does Pakistan say about South-South cooperation?"
    shown = [asker.ask(question)]
    for _ in range(4):
        shown.append(further(asker, shown))

    passages = [span for answer in shown for span in {quote.passage.span for quote in answer.quotes or answer.nearest}]
    assert len(passages) == len(set(passages)) > 5
    assert all(answer.question == question for answer in shown)


def test_other_passages_that_do_not_answer_are_only_offered_as_near(asker: Asker) -> None:
    """Below the threshold nothing is quoted, also when it is asked for."""
    first = asker.ask("What is CPEC?")
    strict = replace(asker, answerer=ExtractiveAnswerer(1.0))
    found = further(strict, [first])

    assert first.quotes
    assert found.refused
    assert found.refusal in ("No other passage is likely to answer this.", "There is no other passage to show.")


def test_when_every_passage_was_shown_that_is_said(tmp_path: Path) -> None:
    """A reading of one passage has no other."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Rain fell in the north for nine days.\n", encoding="utf-8")
    build(corpus, tmp_path / "index", embedder=HashingEmbedder().name)
    asker = Asker(Index.open(tmp_path / "index"), HashingEmbedder(), ExtractiveAnswerer(0.0))
    found = further(asker, [asker.ask("Where did rain fall?")])

    assert (found.refusal, found.nearest) == ("There is no other passage to show.", ())
