"""The evidence reader that comes with the program."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from chat.evidence import Judgement
from index.records import Passage, Span

WEIGHTS = Path(__file__).with_name("evidence.safetensors")
_BATCH = 8  # passages a forward pass: more gains nothing on two cores
_LIKELY = 0.7  # logit of a word: training weighs words of the answer four times, so that even odds are at log 4; this is halfway there
_UNREAD = -10.0  # logit of a sentence past the network's longest input


@dataclass(frozen=True, slots=True)
class MiniLMReader:
    """The default model's layers, changed by what `python -m bench.train_evidence` learnt."""

    network: Any  # chat.evidence.network.Network, in eval mode, its updates folded in
    tokenizer: Any  # of transformers

    @classmethod
    def open(cls) -> MiniLMReader:
        """Some 90 MB in memory, in about 0.2 s once torch is loaded. Raises UnusableEmbedder when the packaged model is not installed."""
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from safetensors.torch import load

        from chat.evidence.network import untrained

        network, tokenizer = untrained()
        network.learn(load(WEIGHTS.read_bytes()))
        network.fold()
        return cls(network.eval(), tokenizer)

    def judge(self, question: str, passages: Sequence[Passage]) -> list[Judgement]:
        """See `EvidenceReader`."""
        by_length = sorted(range(len(passages)), key=lambda row: (len(passages[row].text), row))  # less padding
        found: dict[int, Judgement] = {}
        for start in range(0, len(by_length), _BATCH):
            rows = by_length[start : start + _BATCH]
            found.update(zip(rows, self._forward(question, [passages[row] for row in rows]), strict=True))
        return [found[row] for row in range(len(passages))]

    def _forward(self, question: str, passages: Sequence[Passage]) -> Iterator[Judgement]:
        import torch

        from chat.evidence.network import batch, encode

        encoded = [encode(self.tokenizer, question, title_of(passage), passage.text, _sentences(passage)) for passage in passages]
        most = max(len(passage.sentences) for passage in passages)
        with torch.inference_mode():
            by_sentence, by_passage, by_token = self.network(*batch(encoded), most)
        for passage, row, sentences, answers, tokens in zip(
            passages, encoded, by_sentence.tolist(), by_passage.tolist(), by_token.tolist(), strict=True
        ):
            read = set(row.sentence)
            yield Judgement(
                answers,
                tuple(sentences[number] if number in read else _UNREAD for number in range(len(passage.sentences))),
                tuple(_words(passage, row.offsets, tokens)),
            )


def title_of(passage: Passage) -> str:
    """What is read before a passage: the heading over it, else its document's title."""
    return passage.heading or passage.document.title


def _sentences(passage: Passage) -> list[tuple[int, int]]:
    """The passage's sentences as places in its own text."""
    start = passage.span.start
    return [(span.start - start, span.end - start) for span in passage.sentences]


def _words(passage: Passage, offsets: Sequence[tuple[int, int]], logits: Sequence[float]) -> Iterator[Span]:
    """Runs of tokens that are likelier of the answer than not."""
    inside = [(start, end, logit > _LIKELY) for (start, end), logit in zip(offsets, logits, strict=False) if end > start]
    for likely, run in groupby(inside, key=lambda token: token[2]):
        if likely:
            tokens = list(run)
            yield Span(passage.span.start + tokens[0][0], passage.span.start + tokens[-1][1])
