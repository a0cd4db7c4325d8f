"""`footnoted`: one command for the three modules. `footnoted` alone starts the page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from index.cli import run_module

_INGEST, _INDEX = ("ingest",), ("search", "info", "verify", "text")

_HELP = """\
usage: footnoted [COMMAND] …

Ask your readings a question; the answer is the authors' own words, each quotation footnoted to its place.

commands:
  (none)    the page, on http://127.0.0.1:7860       as python -m chat
  ask       answer in the terminal                   as python -m chat ask
  ingest    read a folder into an index              as python -m ingest
  search    passages for a question                  as python -m index search
  info      what an index holds                      as python -m index info
  text      a document's canonical text              as python -m index text
  verify    compare an export with its sources       as python -m chat verify
            … or an index with its hashes            as python -m index verify

`footnoted COMMAND --help` explains a command; `footnoted --port 7861` and the like are options of the page.

examples:
  footnoted                                          the page, on the shipped brief
  footnoted --corpus readings                        the page, on your own folder
  footnoted ask "What is CPEC?"
  footnoted ingest readings build/index
  footnoted search build/index "What is CPEC?"
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Hand the command to its module."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = arguments[0] if arguments else ""
    if command in ("-h", "--help", "help"):
        print(_HELP, end="")
        return 0
    if command in _INDEX and not (command == "verify" and any(map(_is_export, arguments[1:]))):
        from index.__main__ import main as index

        return index(arguments, prog="footnoted")
    if command in _INGEST:  # a program of its own: this package does not import that one
        return run_module("ingest", arguments[1:])
    if command == "--version":
        print("footnoted", version("footnoted"))
        return 0
    if command not in ("ask", "verify", "") and not command.startswith("-"):
        print(f"footnoted: there is no command {command!r}; see: footnoted --help", file=sys.stderr)
        return 2
    from chat.__main__ import main as chat

    return chat(arguments, prog="footnoted")


def _is_export(argument: str) -> bool:
    """Whether an argument names a file, or looks as if it did: an index is a folder."""
    return not argument.startswith("-") and (Path(argument).is_file() or Path(argument).suffix in (".md", ".html", ".docx", ".pdf"))
