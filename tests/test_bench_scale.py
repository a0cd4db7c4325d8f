"""What an index costs is measured through the way that every index takes."""

from __future__ import annotations

from bench.scale import Made, rows
from index.records import Passage


def test_a_size_is_built_opened_and_asked() -> None:
    """A row has every figure; so few sentences are searched exactly."""
    (row,) = rows([100])

    assert (row["passages"], row["sentences"]) == ("100", "400")
    assert (row["nearest sentences, recall@10"], row["hits, recall@10"]) == ("1.000", "1.000")
    assert row["… times the first"] == "1.0"
    assert all(float(row[name].split(" / ")[0]) > 0 for name in ("open, ms", "search", "quoting", "reading it"))


def test_made_up_readings_are_whole_and_the_same_each_time() -> None:
    """As many passages as asked for, their sentences a text's own; questions are of words that stand there."""
    made = Made()
    parts = list(made.parts(45))
    passages: list[Passage] = [passage for part in parts for passage in part.passages]

    assert [len(part.passages) for part in parts] == [20, 20, 5]
    assert all(passage.text.endswith(".") and len(passage.sentences) == 4 for passage in passages)
    assert [part.document for part in Made().parts(45)] == [part.document for part in parts]
    assert [part.sentence_vectors.shape for part in parts] == [(80, 384), (80, 384), (20, 384)]
    text = " ".join(passage.text.casefold() for passage in passages)
    assert all(word in text for word in made.questions(2, 1)[0].split()[2:6])
