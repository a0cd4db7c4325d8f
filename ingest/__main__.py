"""`python -m ingest`: read a folder of readings into an index folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from index.cli import harmless, parser, positive, run

if TYPE_CHECKING:
    from ingest.build import BuildReport

_EXAMPLES = """\
  python -m ingest                          the shipped brief, into the index that `python -m chat` opens
  python -m ingest readings                 your own folder, into an index of its own
  python -m ingest readings build/index     … into a folder you name"""


def main(argv: Sequence[str] | None = None, prog: str = "python -m ingest") -> int:
    """Parse, build, print the report."""
    options = parser(prog, "Read Markdown, plain text, PDF and JSON Lines into an index folder.", _EXAMPLES)
    options.add_argument("corpus", nargs="?", type=Path, metavar="CORPUS", help="folder with readings (default: the shipped brief)")
    options.add_argument("index", nargs="?", type=Path, metavar="INDEX", help="index folder to write (default: one in your cache folder)")
    options.add_argument(
        "--embedder", default="all-MiniLM-L6-v2", help="sentence-transformers name or folder, or hashing-256 (default: %(default)s)"
    )
    options.add_argument(
        "--max-characters", type=positive, default=900, metavar="N", help="longest passage, in characters (default: %(default)s)"
    )
    options.add_argument("--format", choices=("text", "json"), default="text", help="how to print the report (default: %(default)s)")
    options.add_argument("--quiet", action="store_true", help="no progress bar (default: one on a terminal)")
    arguments = options.parse_args(argv)

    def command() -> int:
        from index.corpus import SHIPPED_CORPUS, default_index
        from ingest.build import build

        corpus = arguments.corpus or SHIPPED_CORPUS
        folder = arguments.index or default_index(corpus)
        with _Progress(arguments.quiet) as progress:
            report = build(
                corpus,
                folder,
                embedder=arguments.embedder,
                max_characters=arguments.max_characters,
                reading=progress.reading,
                embedding=progress.embedding,
            )
        if arguments.format == "json":
            import msgspec

            print(msgspec.json.encode(report).decode("utf-8"))
        else:
            print(harmless(_table(report, folder)))
        return 0

    return run(command)


class _Progress:
    """A progress bar on standard error, while it is a terminal and the work is long enough to wonder."""

    def __init__(self, quiet: bool) -> None:
        from tqdm import tqdm

        disable = True if quiet else None  # None: only on a terminal
        self._read = tqdm(desc="reading", unit=" files", disable=disable, leave=False, delay=0.5)
        self._embed = tqdm(desc="embedding", unit=" passages", disable=disable, leave=False, delay=0.5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._read.close()
        self._embed.close()

    def reading(self, name: str) -> None:
        self._read.set_postfix_str(name, refresh=False)
        self._read.update()

    def embedding(self, done: int, of: int) -> None:
        if self._embed.total is None:
            self._embed.reset(total=of)
        self._embed.update(done)


def _table(report: BuildReport, folder: Path) -> str:
    """The report as text: a line a document, then what was skipped and why."""
    lines = []
    for document in report.documents:
        counts = [f"{document.words:,} words", f"{document.passages} passages", f"{document.notes} notes"]
        if document.pages:
            counts.insert(0, f"{document.pages} pages")
        extras = {
            "marks without a note": document.unmatched_marks,
            "words joined": document.joined_words,
            "running lines dropped": document.dropped_lines,
        }
        counts += [f"{count} {name}" for name, count in extras.items() if count]
        if document.empty_pages:
            counts.append(f"no text on pages {', '.join(map(str, document.empty_pages))}")
        lines.append(f"{document.id}: {', '.join(counts)}")
    if len(lines) > 40:  # a corpus of JSON lines has thousands
        lines[20:-20] = [f"… {len(lines) - 40:,} more …"]
    lines += [f"skipped {skipped.source}: {skipped.reason}" for skipped in report.skipped]
    lines.append(
        f"{len(report.documents):,} documents, {report.embedded + report.reused:,} passages ({report.embedded:,} embedded,"
        f" {report.reused:,} unchanged), {len(report.skipped)} skipped; index: {folder}"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
