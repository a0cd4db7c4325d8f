"""What a visitor takes away: an answer of a talk, or all of it, as a file with a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chat.answer import Answer
from chat.asking import smalltalk
from chat.citing import Style
from chat.export import Format, VerifiableFormat, export, formats
from chat.talk import Origin, Said, Talk
from index.errors import NotExported, UnknownStyle

_MOST_NAME_CHARACTERS = 60  # of a question; file systems take 255 bytes in all
_PLAIN = "-_,'’()&+ "  # beside letters and digits: what every file system takes


@dataclass(frozen=True, slots=True)
class File:
    """A file to save. It is handed over in memory: what lay on the server's disk could be read by somebody else."""

    name: str  # with its ending
    media_type: str
    content: bytes


def take(talk: Talk, turn: int, format: str, style: Style) -> File:
    """
    The answer of that number as a file, or every answer for 0; greetings are no answers.

    Raises UnknownStyle for a format that there is none of, NotExported where there is nothing to save or it cannot be written.
    """
    chosen = formats().get(format)
    if chosen is None:
        raise UnknownStyle(f"no format '{format}'; there are: {', '.join(formats())}")
    one = talk.answer(turn)
    said = talk.said if turn == 0 else (one,) if one else ()
    answers = [_titled(found, found.answer) for found in said if found.answer and _is_answer(found.answer)]
    if not answers:
        raise NotExported("there is nothing to save yet; ask a question first")
    return File(file_name(answers, chosen), chosen.media_type, export(answers, format, style))


def file_name(answers: Sequence[Answer], format: Format) -> str:
    """
    A name that says what a file holds, in letters and signs that every file system takes.

    >>> question = Answer("What is “CPEC”/why?", (), "The reading does not say.", (), 0.0)
    >>> file_name([question], formats()["word"]), file_name([question, question], formats()["bibtex"])
    ('Footnoted - What is CPEC why.docx', 'Footnoted - works cited - 2 answers.bib')
    """
    what = _plain(answers[0].question) if len(answers) == 1 else f"{len(answers)} answers"
    works = "" if isinstance(format, VerifiableFormat) else "works cited"
    return f"{' - '.join(filter(None, ('Footnoted', works, what)))}{format.suffix}"


def _is_answer(answer: Answer) -> bool:
    return bool(answer.footnotes) or not smalltalk(answer.question)


def _titled(said: Said, answer: Answer) -> Answer:
    """An answer under what it is an answer to."""
    if said.origin is Origin.OTHERS:
        return replace(answer, question=f"Other passages on “{' '.join(said.question.split())}”")
    return answer


def _plain(words: str) -> str:
    kept = "".join(
        sign if sign in _PLAIN or unicodedata.category(sign)[0] in "LMN" else " " for sign in unicodedata.normalize("NFC", words)
    )
    line = re.sub(r" +", " ", kept).strip(" -_,+&")
    return line if len(line) <= _MOST_NAME_CHARACTERS else line[:_MOST_NAME_CHARACTERS].rpartition(" ")[0] or line[:_MOST_NAME_CHARACTERS]
