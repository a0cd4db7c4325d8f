"""`python -m index`: look into an index folder."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from index.cli import harmless, parser, positive, run

if TYPE_CHECKING:
    import argparse

    from index.extraction import ExtractionReport
    from index.library import Index
    from index.records import Hit

_EXAMPLES = """\
  python -m index info build/index
  python -m index search build/index "What is CPEC?" -k 5
  python -m index search build/index --questions queries.jsonl --format trec > run.trec
  python -m index text build/index south-south-cooperation.md
  python -m index verify build/index"""


def main(argv: Sequence[str] | None = None, prog: str = "python -m index") -> int:
    """Parse, open the index, print."""
    options = parser(prog, "Look into an index folder.", _EXAMPLES)
    commands = options.add_subparsers(required=True, metavar="COMMAND")

    info = commands.add_parser("info", help="what the index holds", description="What an index folder holds.")
    info.add_argument("index", type=Path, metavar="INDEX", help="index folder")
    info.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (default: %(default)s)")
    info.set_defaults(command=_info)

    search = commands.add_parser("search", help="passages for a question", description="The passages found for a question, best first.")
    search.add_argument("index", type=Path, metavar="INDEX", help="index folder")
    search.add_argument("question", nargs="?", metavar="QUESTION", help="the question (default: those of --questions)")
    search.add_argument("-k", type=positive, help="how many passages; with --format trec, documents (default: 5; trec: 100)")
    search.add_argument(
        "--questions",
        metavar="FILE",
        help="JSON lines with `_id` or `id`, and `text` or `question`; '-' for standard input (default: none)",
    )
    search.add_argument(
        "--format",
        choices=("text", "json", "trec"),
        default="text",
        help="how to print the passages; json: one object a question (default: %(default)s)",
    )
    search.add_argument("--reranker", metavar="NAME", help="a cross-encoder, by name or folder, that ranks what is found (default: none)")
    search.set_defaults(command=_search)

    verify = commands.add_parser("verify", help="compare every file with its hash", description="Compare every file with its hash.")
    verify.add_argument("index", type=Path, metavar="INDEX", help="index folder")
    verify.set_defaults(command=_verify)

    text = commands.add_parser(
        "text",
        help="a document's canonical text",
        description="A document's canonical text: what `start` and `end` of a quotation count in.",
    )
    text.add_argument("index", type=Path, metavar="INDEX", help="index folder")
    text.add_argument("document", metavar="DOCUMENT", help="a document's id, as `info` lists them")
    text.set_defaults(command=_text)

    arguments = options.parse_args(argv)
    if arguments.command is _search:
        if (arguments.question is None) == (arguments.questions is None):
            search.error("give a QUESTION or --questions FILE")
        if arguments.format == "trec" and arguments.questions is None:
            search.error("--format trec needs --questions FILE")
    return run(lambda: int(arguments.command(arguments)))


def _info(arguments: argparse.Namespace) -> int:
    import msgspec

    from index.library import Index

    index = Index.open(arguments.index)
    manifest = index.manifest
    if arguments.format == "json":
        found = {
            "format": manifest.format,
            "embedder": manifest.embedder,
            "weights": manifest.weights,
            "dim": manifest.dim,
            "precision": manifest.precision,
            "documents": [_document_info(index, report) for report in index.reports()],
            "passages": len(index.passages),
            "sentences": len(index.sentence_vectors),
            "skipped": dict(manifest.skipped),
        }
        print(msgspec.json.encode(found).decode("utf-8"))
        return 0
    for report in index.reports():
        pages = f"{report.pages or 'no'} {report.page_unit}s"
        counts = f"{pages}, {report.passages} passages, {report.notes} notes"
        print(harmless(f"{report.id}: “{report.title}”, {counts} — {report.advice}"))
    for source, reason in manifest.skipped.items():
        print(f"skipped {source}: {reason}")
    print(f"{len(index.documents):,} documents, {len(index.passages):,} passages, {len(index.sentence_vectors):,} sentences")
    vectors = f"{manifest.dim} dimensions in {manifest.precision}"
    print(f"embedder {manifest.embedder}, {vectors}, weights {manifest.weights[:12]}…; format {manifest.format}")
    return 0


def _document_info(index: Index, report: ExtractionReport) -> dict[str, Any]:
    import msgspec

    return {**msgspec.to_builtins(report), "advice": report.advice, "characters": len(index.documents[report.id].text)}


def _search(arguments: argparse.Namespace) -> int:
    import msgspec

    from index.embedders import open_embedder
    from index.errors import BadQuestion
    from index.library import Index
    from index.questions import for_each_line
    from index.rerankers import CANDIDATES, open_reranker, reranked
    from index.search import Query, search
    from index.wording import read

    index = Index.open(arguments.index)
    embedder = open_embedder(index.manifest.embedder)
    reranker = open_reranker(arguments.reranker) if arguments.reranker else None
    k = arguments.k or (100 if arguments.format == "trec" else 5)
    most = k * 4 if arguments.format == "trec" else k  # several passages of one document count once in a TREC run

    def find(id: str, question: str) -> None:
        query = read(Query(question), index, knows=embedder.knows)
        hits = reranked(search(index, embedder, query, k=max(most, CANDIDATES) if reranker else most), query.whole, reranker, k=most)
        if arguments.format == "trec":
            print("\n".join(_trec(id, hits, k)))
        elif arguments.format == "json":
            print(msgspec.json.encode({"id": id, "question": question, "hits": [_hit(hit) for hit in hits]}).decode("utf-8"))
        else:
            for hit in hits:
                where = f"{hit.passage.document.id}, “{hit.passage.heading}”" if hit.passage.heading else hit.passage.document.id
                signals = ", ".join(f"{name} {value:.2f}" for name, value in hit.signals.items())
                print(harmless(f"{hit.rank}. {where}  [{hit.score:.3f}: {signals}]\n   {' '.join(hit.passage.text.split())}\n"))

    def find_line(number: int, line: dict[str, Any]) -> None:
        question = line.get("question", line.get("text"))
        if not isinstance(question, str):
            raise BadQuestion("has no `question` or `text`; add one")
        find(str(line.get("_id", line.get("id", number))), question)

    if arguments.questions is not None:
        return for_each_line(arguments.questions, find_line)
    find("1", arguments.question)
    return 0


def _hit(hit: Hit) -> dict[str, Any]:
    document, span = hit.passage.document, hit.passage.span
    page = document.page_at(span.start)
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "signals": {name: round(value, 6) for name, value in hit.signals.items()},
        "document": document.id,
        "start": span.start,
        "end": span.end,
        "page": page.number if page else None,
        "section": hit.passage.heading,
        "text": hit.passage.text,
    }


def _trec(id: str, hits: Sequence[Hit], k: int) -> Iterator[str]:
    """A TREC run's lines: each document once, at its best passage."""
    scores: dict[str, float] = {}
    for hit in hits:
        scores.setdefault(hit.passage.document.id, hit.score)
    for rank, (document, score) in enumerate(list(scores.items())[:k], start=1):
        yield f"{_field(id)} Q0 {_field(document)} {rank} {score:.6f} footnoted"


def _field(id: str) -> str:
    """An id as a field of a TREC run, which white space would end: percent-encoded where it has any."""
    return re.sub(r"[\s\x00-\x1f]", lambda found: quote(found.group()), id) or "-"


def _verify(arguments: argparse.Namespace) -> int:
    from index.library import Index
    from index.manifest import check, read_manifest

    check(arguments.index, read_manifest(arguments.index))
    index = Index.open(arguments.index)
    print(f"whole: {len(index.manifest.files)} files, {len(index.documents):,} documents, {len(index.passages):,} passages")
    return 0


def _text(arguments: argparse.Namespace) -> int:
    from index.library import Index

    text = Index.open(arguments.index).document(arguments.document).text
    sys.stdout.buffer.write(text.encode("utf-8"))  # to the byte: offsets are counted in it
    if sys.stdout.isatty():
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
