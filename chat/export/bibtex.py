"""What was cited as BibTeX, which pandoc writes: it knows how LaTeX wants every sign."""

from __future__ import annotations

from collections.abc import Sequence

from chat.answer import Answer
from chat.citing import Style
from chat.citing.processor import references_of
from chat.export.works import works_of
from chat.pandoc import convert

name, suffix, media_type = "bibtex", ".bib", "application/x-bibtex"
title = "BibTeX"


def export(answers: Sequence[Answer], _style: Style) -> bytes:
    """An entry for each work."""
    return convert({"references": references_of(works_of(answers))}, [], to="bibtex")
