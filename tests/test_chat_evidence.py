"""The evidence reader: what it says of passages, and what training may change."""

from __future__ import annotations

import pytest

from index.records import Block, BlockKind, Document, Passage, Span

_TOWER = (
    "The tower stands on a hill above the river.",
    "Masons from Lucca built it in 1314.",
    "It was restored by the painter Anna Bruni.",
    "Visitors pay three euros.",
)


def passage_of(*sentences: str, title: str = "The tower") -> Passage:
    """One paragraph as a passage of its own."""
    text = " ".join(sentences)
    spans, start = [], 0
    for sentence in sentences:
        spans.append(Span(start, start + len(sentence)))
        start += len(sentence) + 1
    block = Block(BlockKind.PARAGRAPH, 0, Span(0, len(text)))
    return Passage(Document("tower.txt", "tower.txt", {"title": title}, text, (), (block,), (), ()), tuple(spans))


@pytest.fixture(scope="module")
def reader():
    from chat.evidence.minilm import MiniLMReader

    return MiniLMReader.open()


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("When was the tower built?", 1, "1314"),
        ("Who restored the tower?", 2, "Anna Br"),
        ("How much does a visit cost?", 3, "three"),
        ("Where does the tower stand?", 0, "hill above the river"),
    ],
)
def test_the_reader_finds_the_sentence_that_answers_among_those_that_only_share_its_topic(reader, question, sentence, words):
    """Four questions on one tower have four answers, and the words pointed at hold each."""
    passage = passage_of(*_TOWER)

    (judgement,) = reader.judge(question, [passage])

    assert max(range(4), key=judgement.sentences.__getitem__) == sentence
    assert words in " ".join(passage.document.slice(span) for span in judgement.words)


@pytest.mark.model
def test_the_reader_doubts_a_passage_on_the_topic_that_lacks_the_fact(reader):
    """The same question, of a passage with the answer and of one from which that sentence is cut."""
    whole, cut = passage_of(*_TOWER), passage_of(_TOWER[0], _TOWER[2], _TOWER[3])

    with_answer, without = reader.judge("When was the tower built?", [whole, cut])

    assert with_answer.answers > without.answers
    assert max(with_answer.sentences) > max(without.sentences)


@pytest.mark.model
def test_a_judgement_is_of_its_passage_alone(reader):
    """Order and company change nothing: to 1e-3 in logits, since padding changes how sums are rounded."""
    passages = [passage_of(*_TOWER[: count + 1]) for count in range(4)]
    question = "Who restored the tower?"

    together = reader.judge(question, passages)
    backwards = reader.judge(question, passages[::-1])[::-1]
    alone = [reader.judge(question, [passage])[0] for passage in passages]

    for one, other, third in zip(together, backwards, alone, strict=True):
        assert one.sentences == pytest.approx(other.sentences, abs=1e-3)
        assert one.sentences == pytest.approx(third.sentences, abs=1e-3)
        assert one.answers == pytest.approx(third.answers, abs=1e-3)
    assert reader.judge(question, []) == []


@pytest.mark.model
def test_a_sentence_past_what_is_read_counts_as_no_evidence(reader):
    """A passage longer than the network takes, and a question longer than it takes: each sentence still has its logit."""
    sentences = [f"Sentence number {number} speaks of nothing that anybody would ask for." for number in range(60)]
    passage = passage_of(*sentences, "The treasure lies under the oak.")

    (judgement,) = reader.judge("Where does the treasure lie? " * 60, [passage])

    assert len(judgement.sentences) == len(passage.sentences) == 61
    assert judgement.sentences[-1] == min(judgement.sentences)
    assert all(passage.span.contains(span) for span in judgement.words)


@pytest.mark.model
def test_folding_the_updates_into_the_layers_changes_nothing_they_compute():
    """W x + B A x is (W + B A) x, to rounding."""
    import torch

    from chat.evidence.network import batch, encode, untrained

    torch.manual_seed(1)
    network, tokenizer = untrained()
    for name, weight in network.named_parameters():
        if name.endswith(".up"):
            torch.nn.init.normal_(weight, std=0.05)
    learnt = {name: weight.clone() for name, weight in network.learnt().items()}
    row = encode(tokenizer, "Who?", "", "Anna did. Nobody else.", [(0, 9), (10, 22)])
    with torch.inference_mode():
        before = network.eval()(*batch([row]), 2)
    fresh, _ = untrained()
    fresh.learn(learnt)
    fresh.fold()

    with torch.inference_mode():
        after = fresh.eval()(*batch([row]), 2)

    for one, other in zip(before, after, strict=True):
        assert one.tolist() == pytest.approx(other.tolist(), abs=1e-4) if one.dim() == 1 else torch.allclose(one, other, atol=1e-4)
    assert any("down" in name for name in learnt)
    assert not any("down" in name for name, _ in fresh.named_parameters())
