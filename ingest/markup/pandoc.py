"""
Pandoc, shut in: bytes of a format in, its tree of the document out.

It runs in its sandbox with a limit on its memory: it reads standard input and nothing else, starts no filter and opens no connection.
What it leaves out it says, and that is passed on.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import Any

import msgspec

from index.errors import UnreadableDocument

MAX_HEAP_MEGABYTES = 1024  # for a novel in a Word file, 60
_REASON_MAX_CHARACTERS = 120
_REMARKS = 5  # commands and files named at most

_HEAP_EXHAUSTED = 251  # the status with which a Haskell program ends that asks for more
_SKIPPED = re.compile(r"^\[INFO\] Skipped '\\([A-Za-z@]+)\*?[\[{]?", re.MULTILINE)
_NOT_INCLUDED = re.compile(r"^\[WARNING\] Could not load include file (.+?) at ", re.MULTILINE)
_LAYOUT = frozenset(  # commands that set type and hold no words
    "vspace hspace vskip hskip bibitem begin end bibliographystyle pagestyle thispagestyle setlength addtolength includegraphics"
    " setcounter addtocounter hypersetup geometry small large footnotesize newpage clearpage noindent centering maketitle".split()
)


@dataclass(frozen=True, slots=True)
class Tree:
    """A document as pandoc understands it."""

    meta: dict[str, Any]  # pandoc's MetaValues by name
    blocks: list[Any]  # pandoc's Blocks
    remarks: tuple[str, ...]  # what it says it has left out


def parse(content: bytes, format: str, source: str) -> Tree:
    """The tree of a document in one of pandoc's formats. Raises UnreadableDocument with pandoc's reason."""
    import pypandoc

    limit = f"-M{MAX_HEAP_MEGABYTES}m"
    command = [pypandoc.get_pandoc_path(), "+RTS", limit, "-RTS", "--sandbox", "--verbose", "--from", format, "--to", "json"]
    try:
        done = subprocess.run(command, input=content, capture_output=True, check=False)
    except OSError as error:
        raise UnreadableDocument(source, f"was not read: pandoc could not be started ({error}); install pypandoc-binary anew") from error
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode == _HEAP_EXHAUSTED:
        raise UnreadableDocument(source, f"needs more than {MAX_HEAP_MEGABYTES:,} MB to read; split it and ingest the parts")
    if done.returncode != 0:
        raise UnreadableDocument(source, f"is damaged ({_reason(said, done.returncode)}); open it, save it anew and ingest that")
    try:
        tree: Any = msgspec.json.decode(done.stdout)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableDocument(source, "is nested too deeply to be read; flatten it and ingest again") from error
    return Tree(tree["meta"], tree["blocks"], tuple(_left_out(said)))


def _reason(said: str, status: int) -> str:
    """The last thing that pandoc said, without what it quotes of the file."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("[")]
    words = " ".join("".join(character if character.isprintable() else " " for character in " ".join(lines)).split())
    return words[:_REASON_MAX_CHARACTERS].strip(" .:") or f"pandoc ended with status {status}"


def _left_out(said: str) -> list[str]:
    remarks: list[str] = []
    skipped = [name for name in dict.fromkeys(_SKIPPED.findall(said)) if name not in _LAYOUT]
    if skipped:
        names = _listed(["\\" + name for name in skipped])
        remarks.append(f"left out what stands in {names}")
    included = list(dict.fromkeys(_NOT_INCLUDED.findall(said)))
    if included:
        remarks.append(f"did not follow to {_listed(included)}: other files are not read")
    return remarks


def _listed(names: list[str]) -> str:
    shown = ["".join(letter if letter.isprintable() else "\ufffd" for letter in name)[:60] for name in names[:_REMARKS]]
    return ", ".join(shown) + (f" and {len(names) - _REMARKS} more" if len(names) > _REMARKS else "")
