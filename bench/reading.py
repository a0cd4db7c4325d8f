"""
How faithfully files are read: clauses that lawyers marked in contracts, looked for in our text of the PDFs; and files made to be hard.

The lawyers worked on another edition of the contracts' text: it has straight quotation marks where the PDFs print typographic ones, and
`<omitted>` where a clause was left out of the middle. So a clause is looked for as it stands, and with each of these differences set aside.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.sets import parts
from bench.verbatim import folded, straight
from index.extraction import Verdict
from ingest.build import Settings, examine
from ingest.readers import Reading
from ingest.worker import File, Workers

CONTRACTS, SAMPLES = "cuad_15contracts", "pdf_samples"


@dataclass(frozen=True, slots=True)
class _Text:
    """A contract's text in the ways in which a clause is looked for."""

    printed: str  # white space folded
    straight: str  # quotation marks straight as well
    letters: str  # letters and digits alone, case folded

    @classmethod
    def of(cls, text: str) -> _Text:
        printed = folded(text)
        return cls(printed, straight(printed), _letters(printed))

    def holds(self, clause: _Text) -> tuple[bool, bool, bool]:
        return clause.printed in self.printed, clause.straight in self.straight, clause.letters in self.letters


def clause_rows(data: Path) -> list[dict[str, str]]:
    """The table of clauses: what our text holds of them, and what plain pypdf text does."""
    folder = data / CONTRACTS
    lines = map(msgspec.json.decode, (folder / "questions.jsonl").read_bytes().splitlines())
    clauses = [(line["doc"], span) for line in lines for span in line["spans"]]
    paths = sorted((folder / "pdf").glob("*.pdf"))
    ours, plain = _ours(paths), {path.stem: _plain(path) for path in paths}
    rows = []
    for name, count in (("our text", _counts(clauses, ours)), ("plain pypdf", _counts(clauses, plain))):
        rows.append(
            {
                "clauses in": name,
                "all": str(len(clauses)),
                "verbatim as printed": str(count["printed"]),
                "… quotation marks alike": str(count["straight"]),
                "… and `<omitted>` left out": str(count["straight parts"]),
                "letters and digits": str(count["letters"]),
                "… and `<omitted>` left out of them": str(count["letters parts"]),
            }
        )
    return rows


def sample_rows(data: Path) -> list[dict[str, str]]:
    """The table of hard files: how many were read, how many reported, and how long all of them took."""
    started = time.perf_counter()
    found = examine(data / SAMPLES, settings=Settings())
    seconds = time.perf_counter() - started
    verdicts = Counter(document.verdict for document in found.documents)
    failed = sum("ended its reader" in skipped.reason or "took longer" in skipped.reason for skipped in found.skipped)
    return [
        {
            "files": str(len(found.documents) + len(found.skipped)),
            "read": str(len(found.documents)),
            "of them to look at": str(verdicts[Verdict.LOOK]),
            "reported with a reason": str(len(found.skipped)),
            "of them crashed or hung": str(failed),
            "seconds for all": f"{seconds:.1f}",
        }
    ]


def missing(data: Path) -> Iterator[str]:
    """The clauses that our text does not hold even with those differences set aside, and where they should be."""
    folder = data / CONTRACTS
    ours = _ours(sorted((folder / "pdf").glob("*.pdf")))
    for line in map(msgspec.json.decode, (folder / "questions.jsonl").read_bytes().splitlines()):
        for span in line["spans"]:
            if not all(ours[line["doc"]].holds(_Text.of(part))[1] for part in parts(span)):
                yield f"{line['doc']}: {span}"


def _counts(clauses: list[tuple[str, str]], texts: Mapping[str, _Text]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name, clause in clauses:
        text = texts[name]
        printed, alike, letters = text.holds(_Text.of(clause))
        held = [text.holds(_Text.of(part)) for part in parts(clause)]
        counts.update({"printed": printed, "straight": alike, "letters": letters})
        counts.update({"straight parts": all(part[1] for part in held), "letters parts": all(part[2] for part in held)})
    return counts


def _ours(paths: list[Path]) -> dict[str, _Text]:
    files = [File(path.name, path) for path in paths]
    with Workers(jobs=Settings().jobs) as workers:
        found = [part for of_file in workers.read(files) for part in of_file]
    return {Path(part.document.source).stem: _Text.of(part.document.text) for part in found if isinstance(part, Reading)}


def _plain(path: Path) -> _Text:
    from pypdf import PdfReader

    return _Text.of("\n".join(page.extract_text() for page in PdfReader(path).pages))


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
