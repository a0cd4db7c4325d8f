"""Any sentence-transformers cross-encoder that gives one score to a question and a passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.arrays import FloatVector
from index.embedders.sentence_transformer import quiet
from index.errors import UnusableReranker
from index.records import Passage

_BATCH = 16  # pairs a forward pass; larger gains nothing on two cores


@dataclass(frozen=True, slots=True)
class CrossEncoderReranker:
    """A loaded model."""

    name: str  # as given to `open_reranker`
    model: Any  # sentence_transformers.CrossEncoder

    @classmethod
    def open(cls, name: str) -> CrossEncoderReranker:
        """The model of a name or folder. Raises UnusableReranker when it cannot be had or gives more than one score a pair."""
        with quiet(offline=Path(name).is_dir()):
            from sentence_transformers import CrossEncoder

            try:
                model = CrossEncoder(name, device="cpu")
            except Exception as error:  # the library raises a dozen kinds for a name that cannot be had
                raise UnusableReranker(
                    f"reranker '{name}' cannot be loaded ({type(error).__name__}); name a folder with a cross-encoder, or use none"
                ) from error
        if model.num_labels != 1:
            raise UnusableReranker(f"'{name}' gives {model.num_labels} scores to a passage; name a cross-encoder that gives one")
        return cls(name, model)

    def scores(self, question: str, passages: Sequence[Passage]) -> FloatVector:
        """See `Reranker`."""
        pairs = [(question, passage.text) for passage in passages]
        found = self.model.predict(pairs, batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True) if pairs else []
        scores: FloatVector = np.asarray(found, dtype=np.float32).reshape(len(pairs))
        return scores
