"""`python -m bench`: every figure the README gives, measured."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.cli import parser, run

if TYPE_CHECKING:
    import argparse

_EXAMPLES = """\
  python -m bench                                                   our questions on the brief, and speed
  python -m bench brief squad2_5articles --data ../bench-data       with a public set from a folder
  python -m bench reading --data ../bench-data                      how faithfully PDFs are read
  python -m bench brief --details details.jsonl                     with a line for each question, to read the failures"""

RESULTS = Path(__file__).with_name("RESULTS.md")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the tables, write RESULTS.md."""
    options = parser("python -m bench", "Measure quoting, refusing and speed through the real pipeline.", _EXAMPLES)
    options.add_argument("sets", nargs="*", metavar="SET", help="brief, reading, speed, or a public set's name (default: brief speed)")
    options.add_argument("--data", type=Path, help="folder with the public sets (default: none)")
    options.add_argument(
        "--details",
        type=Path,
        metavar="FILE",
        help="write a JSON line for each question, and for each clause not found, here (default: nowhere)",
    )
    options.add_argument("--write", action="store_true", help="write bench/RESULTS.md (default: only print)")
    arguments = options.parse_args(argv)
    return run(lambda: _measure(arguments))


def _measure(arguments: argparse.Namespace) -> int:
    import msgspec

    from bench.quality import ask_all, row
    from bench.retrieval import CONVERSATIONS, RANKED
    from bench.sets import OURS, load
    from bench.speed import rows
    from index.corpus import SHIPPED_CORPUS
    from index.embedders import open_embedder

    names = arguments.sets or [OURS, "speed"]
    reading = _reading(arguments.data) if "reading" in names else []
    ranked = _ranked(names, arguments.data)
    scores: list[dict[str, str]] = []
    details: list[bytes] = []
    embedder = open_embedder()
    about: list[str] = []
    for name in names:
        if name in ("speed", "reading", *RANKED, *CONVERSATIONS):
            continue
        if name != OURS and (arguments.data is None or not (arguments.data / name).is_dir()):
            print(f"skipped: {name} is not in the --data folder", file=sys.stderr)
            continue
        found = load(name, arguments.data or Path())
        corpus = SHIPPED_CORPUS if name == OURS else arguments.data / name / "docs"
        asked = list(ask_all(found, embedder, corpus))
        scores.append(row(name, asked))
        details += [msgspec.json.encode({"set": name, **each.details()}) for each in asked]
        about.append(
            f"{name}: {len(found.index.documents)} documents, {len(found.index.passages)} passages, {len(found.questions)} questions"
            f" ({found.lost} whose evidence no document holds), index {found.index.manifest.data_name}"
        )
        print(_table(scores[-1:]), flush=True)
    speeds = list(rows()) if "speed" in names else []
    parts = ["# Results", _machine(names)]
    if scores:
        parts += ["## Answers", _table(scores)]
    if ranked:
        parts += ["## Finding", _table(ranked)]
    if reading:
        parts += ["## Reading", *reading]
    if speeds:
        parts += ["## Speed", _table(speeds)]
    if about:
        parts += ["## Sets", "\n".join(f"- {line}" for line in about)]
    report = "\n\n".join(parts) + "\n"
    print(report)
    if arguments.details:
        if reading:
            from bench.reading import missing

            details += [msgspec.json.encode({"set": "reading", "clause not in our text": clause}) for clause in missing(arguments.data)]
        arguments.details.write_bytes(b"".join(line + b"\n" for line in details))
    if arguments.write:
        RESULTS.write_text(report, encoding="utf-8")
    return 0


def _ranked(names: Sequence[str], data: Path | None) -> list[dict[str, str]]:
    """The table of sets with relevance judgements, as far as they are asked for and there."""
    from bench.retrieval import CONVERSATIONS, RANKED, load, rows
    from index.embedders import open_embedder

    found: list[dict[str, str]] = []
    for name in (name for name in names if name in (*RANKED, *CONVERSATIONS)):
        if data is None or not (data / name).is_dir():
            print(f"skipped: {name} is not in the --data folder", file=sys.stderr)
        else:
            of_set = list(rows(load(name, data), open_embedder()))
            print(_table(of_set), flush=True)
            found += of_set
    return found


def _reading(data: Path | None) -> list[str]:
    """The tables of what is read, as far as their files are there."""
    from bench.reading import CONTRACTS, SAMPLES, clause_rows, sample_rows

    tables = []
    for name, rows in ((CONTRACTS, clause_rows), (SAMPLES, sample_rows)):
        if data is None or not (data / name).is_dir():
            print(f"skipped: {name} is not in the --data folder", file=sys.stderr)
        else:
            tables += [f"`{name}`:", _table(rows(data))]
    return tables


def _machine(names: Sequence[str]) -> str:
    from index.embedders import DEFAULT_EMBEDDER

    return (
        f"Written by `python -m bench {' '.join(names)}`: {os.cpu_count()} cores, {platform.machine()}, {platform.system()},"
        f" Python {platform.python_version()}; embedder {DEFAULT_EMBEDDER}, float32."
    )


def _table(found: Sequence[dict[str, str]]) -> str:
    """Rows with the same keys as a Markdown table."""
    head = list(found[0])
    lines = [head, ["---"] * len(head), *([row[key] for key in head] for row in found)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
