"""Broken samples of each format: every reader reads them or says why not, and soon."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from pypdf import PdfWriter

from tests.fuzz import broken, complaint, with_plain
from tests.support import BRIEF
from tests.typeset import printed

SEED = 20
_BENCH = Path(os.environ.get("FOOTNOTED_BENCH", Path(__file__).resolve().parent.parent.parent / "shared" / "bench"))
_PRINTED = "= On Rain\nIt rained.#footnote[A note.] Well-known words.\n- One.\n#pagebreak()\n#columns(2)[#lorem(60)]"
_MARKDOWN = """---
title: On Rain
---
# On *Rain*

It rained.[^1] It did.<sup>2</sup> <b>Yes</b> &amp; [no](x "y").

[^1]: A note, <https://example.org/a>.

<sup>2</sup> Another.

| a | b |
|---|---|
| c | d |

> - Quoted `code`
"""
_LINES = [{"_id": "d1", "title": "T", "text": "One.\n\nTwo."}, {"text": "Three.", "metadata": {"author": [{"family": "A"}]}}]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """PDFs of several kinds."""
    folder = tmp_path_factory.mktemp("made")
    path = printed(folder, _PRINTED)
    samples = {"typst.pdf": path.read_bytes()}
    for algorithm in ("RC4-128", "AES-256"):
        writer = PdfWriter(clone_from=path)
        writer.add_metadata({"/Title": "On Rain", "/Author": "A. Author"})
        writer.set_page_label(0, 0, style="/r")
        writer.encrypt("", "owner", algorithm=algorithm)
        writer.write(folder / f"{algorithm}.pdf")
        samples[f"{algorithm}.pdf"] = (folder / f"{algorithm}.pdf").read_bytes()
    return with_plain(samples)


def _all_end_well(samples: dict[str, bytes], tries: int, folder: Path) -> None:
    for each in broken(samples, seed=SEED, tries=tries):
        path = folder / f"broken{Path(each.name.rpartition('#')[0]).suffix}"
        path.write_bytes(each.content)

        assert complaint(path) == "", f"seed {SEED}, try {each.name}, kept in {path}"


def test_broken_pdfs_are_read_or_refused(made: dict[str, bytes], tmp_path: Path) -> None:
    """Bytes flipped, files cut and spliced, numbers and objects replaced, streams corrupted: only UnreadableDocument or success."""
    _all_end_well(made, 600, tmp_path)


def test_broken_texts_are_read_or_refused(tmp_path: Path) -> None:
    """The same for Markdown, plain text and JSON Lines."""
    lines = "\n".join(map(json.dumps, _LINES)).encode()
    samples = {"a.md": _MARKDOWN.encode(), "brief.md": BRIEF.read_bytes(), "a.jsonl": lines}
    samples |= {
        "a.txt": BRIEF.read_bytes(),
        "utf-16.txt": "It rained, caf\u00e9.\f Two.\n".encode("utf-16"),
        "latin.txt": b"caf\xe9\r\n\r\nTwo.",
    }

    _all_end_well(samples, 1500, tmp_path)


def test_broken_samples_from_elsewhere_are_read_or_refused(tmp_path: Path) -> None:
    """The same for small files from the tests of pypdf, with what other programs write."""
    if not (_BENCH / "pdf_samples").is_dir():
        pytest.skip(f"{_BENCH / 'pdf_samples'} is missing; FOOTNOTED_BENCH says where the bench is")
    paths = [path for path in sorted((_BENCH / "pdf_samples").rglob("*.pdf")) if path.stat().st_size < 17_000]

    _all_end_well(with_plain({path.name: path.read_bytes() for path in paths}), 600, tmp_path)
