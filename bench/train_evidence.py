"""
`python -m bench.train_evidence --train FOLDER`: fits the evidence reader and writes `chat/evidence/evidence.safetensors`.

Rows are questions with a passage, the sentences in it that answer, or none (JSON lines, gzipped). One pass over a mixture of sources, in
which the questions that people wrote so as to look answerable count twice (`--often`), and half of the questions that have an answer come
once more with one detail changed (`bench.near_misses`). `--from FILE` goes on from earlier weights,
and writes the mean of those and what they became (Wortsman et al. 2022: such a mean does better on other texts than those trained on).
Nothing that is measured is in the rows.
"""

from __future__ import annotations

import gzip
import hashlib
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bench.near_misses import altered, names_in
from bench.scores import auroc
from chat.evidence.minilm import WEIGHTS
from index.cli import parser, run
from ingest.sentences import in_block

# Rows taken of each source, at most: as many of each kind of text as will not drown the others.
MIXTURE = {
    "squadshifts_new_wiki": 6500,
    "tydiqa_en": 3500,
    "squad2train_unansq": 3608,
    "squad2train_pseudo_adv": 2400,
    "squad1train_pseudo": 3000,
    "nq_open_gold": 2000,
    "selqa": 1200,
    "qed_dev": 800,
    "pubmedqa": 800,
    "tatqa": 1000,
    "contractnli": 1500,
    "evidence_inference": 700,
    "medquad": 800,
    "quoref_contrast": 500,
}
_BY_PEOPLE = ("squad2train_unansq", "squad2train_pseudo_adv")  # people wrote their near misses
# Of these, questions come with a detail changed too: they are about details, and were written by people.
_CHANGED = ("squadshifts_new_wiki", "tydiqa_en", "squad2train_unansq", "squad1train_pseudo", "nq_open_gold", "selqa", "quoref_contrast")
_HELD_OUT = 40  # one question of so many is held out, to watch the training by
_LONGEST = 900  # code points of a passage, as in an index; longer ones are cut around their evidence
_TOKENS = 4600  # a batch
_RATE, _HEAD_RATE = 1e-3, 3e-4


@dataclass(frozen=True, slots=True)
class Row:
    """A row, ready for the network."""

    encoded: Any  # chat.evidence.network.Encoded
    evidence: tuple[int, ...]  # 1 for each sentence that answers
    words: tuple[int, ...]  # 1 for each token of the answer itself
    answerable: bool
    judges_sentences: bool  # whether `evidence` is to be trusted
    judges_words: bool  # … and `words`
    by_people: bool  # of a source whose near misses people wrote


def main(argv: Sequence[str] | None = None) -> int:
    """Train, and write the weights."""
    options = parser("python -m bench.train_evidence", "Fit the evidence reader.", "")
    options.add_argument("--train", type=Path, required=True, help="folder with the rows to train on")
    options.add_argument("--rows", type=int, default=46000, help="rows to train on, at most (default: %(default)s)")
    options.add_argument(
        "--from",
        dest="earlier",
        metavar="FILE",
        type=Path,
        help="weights to go on from, and to take the mean with (default: the model's own)",
    )
    options.add_argument("--seed", type=int, default=0, help="which rows are drawn, in which order (default: %(default)s)")
    options.add_argument(
        "--often", type=int, default=2, help="times the questions that people wrote so as to look answerable count (default: %(default)s)"
    )
    options.add_argument("--output", type=Path, default=WEIGHTS, help="file for the weights (default: %(default)s)")
    arguments = options.parse_args(argv)
    return run(lambda: _train(arguments.train, arguments.rows, arguments.output, arguments.earlier, arguments.seed, arguments.often))


def _train(folder: Path, most: int, output: Path, earlier: Path | None, seed: int, often: int) -> int:
    import torch
    from safetensors.torch import load_file, save_file
    from torch.nn import functional

    from chat.evidence.network import batch, untrained

    torch.manual_seed(seed)
    chance = random.Random(seed)
    network, tokenizer = untrained()
    begun_with = load_file(earlier) if earlier is not None else {}
    if begun_with:
        network.learn(begun_with)
    lines = _lines(folder, often, chance)
    learning = [line for line in lines if not is_held_out(line)]
    learning += _changed(learning, chance)
    chance.shuffle(learning)
    rows = [row for line in learning if (row := _row(line, tokenizer, chance)) is not None][:most]
    held_out = [row for line in lines if is_held_out(line) and (row := _row(line, tokenizer, chance)) is not None]
    updates = [weight for name, weight in network.named_parameters() if name.endswith((".up", ".down"))]
    others = [weight for name, weight in network.named_parameters() if weight.requires_grad and not name.endswith((".up", ".down"))]
    optimiser = torch.optim.AdamW([{"params": updates, "lr": _RATE}, {"params": others, "lr": _HEAD_RATE}], weight_decay=0.01)
    rates = [group["lr"] for group in optimiser.param_groups]
    print(f"{len(rows):,} rows to train on, {len(held_out):,} held out", file=sys.stderr, flush=True)
    begun, seen, step, running = time.monotonic(), 0, 0, 0.0
    for chosen in _batches(rows, chance):
        pace = min(1.0, step / 100) * max(0.02, 1 - seen / len(rows))
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * pace
        ids, types, mask, sentence = batch([row.encoded for row in chosen])
        evidence, known = _padded([row.evidence for row in chosen])
        words, _ = _padded([row.words for row in chosen], ids.shape[1])
        by_sentence, by_passage, by_token = network(ids, types, mask, sentence, evidence.shape[1])
        known = known * torch.tensor([[float(row.judges_sentences)] for row in chosen])
        inside = (sentence >= 0).float() * torch.tensor([[float(row.judges_words)] for row in chosen])
        answerable = torch.tensor([float(row.answerable) for row in chosen])
        of_sentences = functional.binary_cross_entropy_with_logits(by_sentence, evidence, reduction="none") * known
        of_words = functional.binary_cross_entropy_with_logits(by_token, words, reduction="none", pos_weight=torch.tensor(4.0)) * inside
        loss = (
            1.5 * (of_sentences.sum(1) / known.sum(1).clamp(min=1)).mean()
            + functional.binary_cross_entropy_with_logits(by_passage, answerable)
            + (of_words.sum(1) / inside.sum(1).clamp(min=1)).mean()
        )
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*updates, *others], 1.0)
        optimiser.step()
        step, seen = step + 1, seen + len(chosen)
        running = loss.item() if step == 1 else 0.98 * running + 0.02 * loss.item()
        if step % 50 == 0:
            print(f"{seen:,} rows, {time.monotonic() - begun:.0f} s, loss {running:.4f}", file=sys.stderr, flush=True)
        if step % 400 == 0 or seen == len(rows):
            print(f"{seen:,} rows: {_quality(network, held_out)}", flush=True)
            means = {name: (weight + begun_with.get(name, weight)) / 2 for name, weight in network.learnt().items()}
            save_file({name: weight.half().contiguous() for name, weight in means.items()}, output)
    return 0


def _quality(network: Any, held_out: Sequence[Row]) -> str:
    """What the network makes of the rows held out, in words."""
    import torch

    from chat.evidence.network import batch

    scored: list[tuple[bool, bool, float]] = []  # whether people wrote the near misses, whether it is none, how likely that is
    first = judged = 0
    with torch.inference_mode():
        for start in range(0, len(held_out), 24):
            chosen = held_out[start : start + 24]
            ids, types, mask, sentence = batch([row.encoded for row in chosen])
            most = max(len(row.evidence) for row in chosen)
            by_sentence, by_passage, _ = network(ids, types, mask, sentence, most)
            for row, sentences, passage in zip(chosen, by_sentence, by_passage, strict=True):
                logits = sentences[: len(row.evidence)]
                scored.append((row.by_people, row.answerable, float(passage) + float(logits.max())))
                if row.answerable and row.judges_sentences:
                    judged += 1
                    first += row.evidence[int(logits.argmax())]
    parts = (scored, [row for row in scored if row[0]])
    whole, written = (
        auroc(*([score for _, answerable, score in part if answerable is wanted] for wanted in (True, False))) for part in parts
    )
    return f"best sentence answers {first / max(1, judged):.3f}, AUROC {whole:.3f}, of near misses that people wrote {written:.3f}"


def _lines(folder: Path, often: int, chance: random.Random) -> list[dict[str, Any]]:
    """The mixture, shuffled; the rows with near misses that people wrote are in it `often`."""
    found: list[dict[str, Any]] = []
    for name, most in MIXTURE.items():
        lines = [msgspec.json.decode(line) for line in gzip.decompress((folder / f"{name}.jsonl.gz").read_bytes()).splitlines()]
        chance.shuffle(lines)
        found += [{**line, "set": name} for line in lines[:most]] * (often if name in _BY_PEOPLE else 1)
    chance.shuffle(found)
    return found


def _changed(lines: Sequence[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """Half of the questions with an answer once more, with a detail changed so that they have none."""
    answered = [line for line in lines if line["set"] in _CHANGED and line["answerable"]]
    names: dict[tuple[str, str], list[str]] = {}
    for line in answered:
        names.setdefault((line["set"], line["title"] or line["passage"]), []).extend(names_in(line["passage"]))
    found = []
    for line in chance.sample(answered, len(answered) // 2):
        others = names[line["set"], line["title"] or line["passage"]]
        if question := altered(line["question"], line["passage"], others, chance):
            found.append(
                {**line, "question": question, "answerable": False, "evidence": [], "answer_spans": [], "kind": "near_miss:altered"}
            )
    return found


def is_held_out(line: dict[str, Any]) -> bool:
    """Whether a row's question, with whatever passage, is none to train on."""
    return int.from_bytes(hashlib.sha256(line["question"].casefold().encode("utf-8")).digest()[:4], "big") % _HELD_OUT == 0


def _row(line: dict[str, Any], tokenizer: Any, chance: random.Random) -> Row | None:
    """A line, cut to the length of a passage; None where nothing is left to learn from."""
    from chat.evidence.network import encode

    text = line["passage"]
    sentences: list[tuple[int, int]] = []
    at = 0
    for paragraph in text.split("\n"):
        sentences += [(span.start, span.end) for span in in_block(paragraph, at) if text[span.start : span.end].strip()]
        at += len(paragraph) + 1
    if not sentences:
        return None
    answers = [any(_mostly(sentence, tuple(piece)) for piece in line["evidence"]) for sentence in sentences]
    first, last = _window(sentences, answers, chance)
    sentences, answers = sentences[first:last], answers[first:last]
    start, end = sentences[0][0], sentences[-1][1]
    title = line["title"] if chance.random() < 0.5 else ""  # half without: not every reading has one
    encoded = encode(tokenizer, line["question"], title, text[start:end], [(left - start, right - start) for left, right in sentences])
    answers = answers[: max(encoded.sentence, default=-1) + 1]
    judges_sentences = line["evidence_level"] == "sentence" or not line["answerable"]
    if not answers or (line["answerable"] and judges_sentences and not any(answers)):
        return None
    named = [(left - start, right - start) for left, right in line["answer_spans"]]
    words = tuple(int(any(left < stop and begin < right for begin, stop in named)) for left, right in encoded.offsets)
    judges_words = not line["answerable"] or any(words)
    by_people = line["set"] in _BY_PEOPLE
    return Row(encoded, tuple(map(int, answers)), words, line["answerable"], judges_sentences, judges_words, by_people)


def _mostly(sentence: tuple[int, int], piece: tuple[int, int]) -> bool:
    """Whether a sentence and a piece of evidence share more than half of the shorter one."""
    shared = min(sentence[1], piece[1]) - max(sentence[0], piece[0])
    return shared > 0.5 * min(sentence[1] - sentence[0], piece[1] - piece[0])


def _window(sentences: Sequence[tuple[int, int]], answers: Sequence[bool], chance: random.Random) -> tuple[int, int]:
    """First and past-the-last sentence of a stretch of at most _LONGEST that holds one that answers, if any does."""
    answering = [row for row, answer in enumerate(answers) if answer]
    first = last = chance.choice(answering) if answering else chance.randrange(len(sentences))
    while True:
        wider = [(first - 1, last)] * (first > 0) + [(first, last + 1)] * (last < len(sentences) - 1)
        wider = [(left, right) for left, right in wider if sentences[right][1] - sentences[left][0] <= _LONGEST]
        if not wider:
            return first, last + 1
        first, last = chance.choice(wider)


def _batches(rows: Sequence[Row], chance: random.Random) -> Iterator[list[Row]]:
    """Rows of like length together, in chance order."""
    found: list[list[Row]] = []
    for start in range(0, len(rows), 2000):
        part: list[Row] = []
        for row in sorted(rows[start : start + 2000], key=lambda row: len(row.encoded.ids)):
            if part and len(row.encoded.ids) * (len(part) + 1) > _TOKENS:
                found.append(part)
                part = []
            part.append(row)
        found.append(part)
    chance.shuffle(found)
    yield from found


def _padded(values: Sequence[Sequence[int]], length: int = 0) -> tuple[Any, Any]:
    """Values and which of them are none of the filling; both (rows, longest), float."""
    import torch

    longest = max(length, *map(len, values))
    filled = [[*map(float, row), *[0.0] * (longest - len(row))] for row in values]
    known = [[1.0] * len(row) + [0.0] * (longest - len(row)) for row in values]
    return torch.tensor(filled), torch.tensor(known)


if __name__ == "__main__":
    sys.exit(main())
