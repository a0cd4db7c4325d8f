"""`python -m ingest`: read a folder of readings into an index folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from index.cli import harmless, parser, positive, run

if TYPE_CHECKING:
    from index.extraction import ExtractionReport
    from ingest.build import BuildReport

_MAX_SECONDS, _MAX_SECONDS_OCR = 120, 1800  # a report of 300 pages takes 10 seconds; its images, as many minutes
_MOST_LINES = 40  # of the report in the terminal

_EXAMPLES = """\
  python -m ingest                          the shipped brief, into the index that `python -m chat` opens
  python -m ingest readings                 your own folder, into an index of its own
  python -m ingest readings build/index     … into a folder you name
  python -m ingest readings --dry-run       only the report: what can be read, and how well"""


def main(argv: Sequence[str] | None = None, prog: str = "python -m ingest") -> int:
    """Parse, build, print the report."""
    options = parser(prog, "Read a folder of readings into an index folder, and report how well each was read.", _EXAMPLES)
    options.add_argument("corpus", nargs="?", type=Path, metavar="CORPUS", help="folder with readings (default: the shipped brief)")
    options.add_argument("index", nargs="?", type=Path, metavar="INDEX", help="index folder to write (default: one in your cache folder)")
    options.add_argument(
        "--embedder", default="all-MiniLM-L6-v2", help="sentence-transformers name or folder, or hashing-256 (default: %(default)s)"
    )
    options.add_argument(
        "--max-characters", type=positive, default=900, metavar="N", help="longest passage, in characters (default: %(default)s)"
    )
    options.add_argument("--dry-run", action="store_true", help="only read and report; nothing is embedded or written (default: build)")
    options.add_argument(
        "--password",
        action="append",
        default=[],
        metavar="WORD",
        help="password for locked PDFs; may be given several times (default: none)",
    )
    options.add_argument("--ocr", action="store_true", help="read pages that are pictures, with footnoted[ocr] (default: name them)")
    options.add_argument(
        "--max-seconds",
        type=positive,
        metavar="N",
        help=f"longest a document may take to read (default: {_MAX_SECONDS}; with --ocr {_MAX_SECONDS_OCR})",
    )
    options.add_argument(
        "--max-megabytes", type=positive, default=2048, metavar="N", help="most memory reading a document may take (default: %(default)s)"
    )
    options.add_argument("--jobs", type=positive, metavar="N", help="files read at once (default: as many as there are cores)")
    options.add_argument("--format", choices=("text", "json"), default="text", help="how to print the report (default: %(default)s)")
    options.add_argument("--quiet", action="store_true", help="no progress bar (default: one on a terminal)")
    arguments = options.parse_args(argv)

    def command() -> int:
        from index.corpus import SHIPPED_CORPUS, default_index
        from ingest.build import RECOMMENDED, Settings, build, examine
        from ingest.readers import Options
        from ingest.worker import Limits

        corpus = arguments.corpus or SHIPPED_CORPUS
        folder = arguments.index or default_index(corpus)
        seconds = arguments.max_seconds or (_MAX_SECONDS_OCR if arguments.ocr else _MAX_SECONDS)
        settings = Settings(
            max_characters=arguments.max_characters,
            options=Options(passwords=tuple(arguments.password), ocr=arguments.ocr),
            limits=Limits(seconds=seconds, megabytes=arguments.max_megabytes),
            jobs=arguments.jobs or RECOMMENDED.jobs,
        )
        with _Progress(arguments.quiet) as progress:
            if arguments.dry_run:
                report = examine(corpus, settings=settings, reading=progress.reading)
            else:
                report = build(
                    corpus,
                    folder,
                    embedder=arguments.embedder,
                    settings=settings,
                    reading=progress.reading,
                    embedding=progress.embedding,
                    waiting=progress.waiting,
                )
        if arguments.format == "json":
            import msgspec

            print(msgspec.json.encode(report).decode("utf-8"))
        else:
            print(harmless(_table(report, None if arguments.dry_run else folder)))
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

    def reading(self, name: str, of: int) -> None:
        if self._read.total is None:
            self._read.reset(total=of)
        self._read.set_postfix_str(name, refresh=False)
        self._read.update()

    def embedding(self, done: int, of: int) -> None:
        if self._embed.total is None:
            self._embed.reset(total=of)
        self._embed.total = of  # grows while files are read
        self._embed.update(done)

    def waiting(self) -> None:
        print("waiting for another ingest of this index to end", file=sys.stderr, flush=True)


def _table(report: BuildReport, folder: Path | None) -> str:
    """The report as text: a line a document with its verdict at the end, then what was skipped and why, then the sum."""
    from index.extraction import Verdict

    lines = [_line(document) for document in report.documents]
    if len(lines) > _MOST_LINES:  # a corpus of JSON lines has thousands; what wants a look is never among those left out
        kept = [document.verdict is not Verdict.GOOD or row < _MOST_LINES // 2 for row, document in enumerate(report.documents)]
        lines = [line for line, is_kept in zip(lines, kept, strict=True) if is_kept]
        lines.append(f"… {kept.count(False):,} more, all good …")
    lines += [f"skipped {skipped.source}: {skipped.reason}" for skipped in report.skipped]
    counts = f"{len(report.documents):,} documents"
    if folder is None:
        lines.append(f"{counts} read, {len(report.skipped)} skipped; nothing was written")
    else:
        lines.append(
            f"{counts}, {report.embedded + report.reused:,} passages ({report.embedded:,} embedded,"
            f" {report.reused:,} unchanged), {len(report.skipped)} skipped; index: {folder}"
        )
    return "\n".join(lines)


def _line(document: ExtractionReport) -> str:
    from index.extraction import counted

    counts = [counted(document.words, "word"), counted(document.passages, "passage"), counted(document.notes, "note")]
    if document.pages:
        counts.insert(0, counted(document.pages, document.page_unit))
    extras = {
        "marks without a note": document.unmatched_marks,
        "words joined": document.joined_words,
        "running lines dropped": document.dropped_lines,
    }
    counts += [f"{count:,} {name}" for name, count in extras.items() if count]
    return f"{document.id}: {', '.join([*counts, *document.doubts])} — {document.advice}"


if __name__ == "__main__":
    sys.exit(main())
