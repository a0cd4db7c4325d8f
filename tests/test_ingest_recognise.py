"""Reading scans: pages that are pictures of their text are named, read from their images when that is asked for, and said to be."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from chat.answer import Quote
from chat.citing import cite_apart
from index.errors import UnreadableDocument
from index.extraction import Verdict, report
from index.records import Passage, Span
from ingest.normalise import is_canonical
from ingest.pdf.ink import _guessed, same_sizes, segments_of
from ingest.pdf.layout import Fragment, Segment
from ingest.pdf.recognise import RecognisedImage, RecognisedLine
from ingest.readers import Options, Reading, readers
from tests.scanned import page_pictures, scan
from tests.support import BRIEF, REPOSITORY, read
from tests.typeset import printed, typeset

OCR = Options(ocr=True)
_LONG = "It rained on the hills, and the rivers rose over their banks until the mills stood still. " * 4


def read_with(path: Path, options: Options) -> Reading:
    (found,) = readers()[".pdf"].read(path, path.name, options)
    assert isinstance(found, Reading)
    return found


def reason(path: Path, options: Options) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        list(readers()[".pdf"].read(path, path.name, options))
    return caught.value.reason


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def share_of(expected: str, found: str) -> float:
    """The share of the expected words that were found, each as often as it is expected."""
    wanted, there = Counter(words(expected)), Counter(words(found))
    return (wanted & there).total() / wanted.total()


@pytest.fixture(scope="module")
def brief_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scans") / "brief.pdf"
    typeset(BRIEF, path)
    return path


@pytest.fixture(scope="module")
def scanned(brief_pdf: Path) -> Path:
    """The second and third page of the typeset brief, as pictures."""
    return scan(brief_pdf, brief_pdf.with_name("scan.pdf"), pages=(1, 2))


@pytest.fixture(scope="module")
def scanned_reading(scanned: Path) -> Reading:
    return read_with(scanned, OCR)


def test_a_scan_says_how_to_get_it_read(scanned: Path) -> None:
    """Without the option the reason names the extra and the option."""
    assert reason(scanned, Options()) == (
        "has no text: it looks like a scan; run python -m pip install rapidocr onnxruntime"
        " and ingest with --ocr to have it read from its image"
    )


def test_a_scan_says_what_is_missing(scanned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the option but without the extra the reason names the extra."""
    monkeypatch.setitem(sys.modules, "rapidocr", None)

    assert reason(scanned, OCR) == (
        "cannot be read from its image: --ocr needs an extra; run python -m pip install rapidocr onnxruntime and ingest again"
    )


def test_a_file_with_text_needs_no_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is nothing to read from images, the option changes nothing."""
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    path = printed(tmp_path, "It rained.")

    assert read_with(path, OCR) == read_with(path, Options())


@pytest.mark.model
def test_a_scan_has_the_words_of_its_source(brief_pdf: Path, scanned_reading: Reading) -> None:
    """At least 98 of 100 words are there, on the pages where they are printed, and those pages are marked."""
    document = scanned_reading.document
    pages = [page.extract_text().replace("-\n", "") for page in PdfReader(brief_pdf).pages][1:3]
    source = read(BRIEF).text

    assert [(page.number, page.recognised) for page in document.pages] == [(1, True), (2, True)]
    assert share_of(document.text, source) >= 0.98
    assert [share_of(raw, document.slice(page.span)) > 0.8 for raw, page in zip(pages, document.pages, strict=True)] == [True, True]
    assert is_canonical(document)


@pytest.mark.model
def test_a_scan_is_read_like_a_page_of_text(scanned_reading: Reading) -> None:
    """Running head and page numbers are dropped, broken words joined, notes lifted and tied to their words."""
    document, extraction = scanned_reading.document, scanned_reading.extraction

    assert extraction.dropped_lines == 4
    assert extraction.joined_words >= 5
    assert document.notes == read(BRIEF).notes[:3]
    assert [document.text[: mark.position].rsplit(maxsplit=1)[-1] for mark in document.marks] == ["Agenda.", "expertise.", "Partners"]


@pytest.mark.model
def test_a_quotation_from_a_scan_says_so(scanned_reading: Reading) -> None:
    """The footnote says that the words were read from the page's image, on the page with that number; the report sends people to look."""
    document = scanned_reading.document
    start = document.text.index("Over the past seven decades")
    quote = Quote(Passage(document, (Span(start, start + 60),)), Span(start, start + 60))

    assert str(*cite_apart([quote])).endswith(", 2, read from the page’s image.")
    assert report(document, scanned_reading.extraction, passages=1).verdict is Verdict.LOOK
    assert report(document, scanned_reading.extraction, passages=1).recognised_pages == (1, 2)


@pytest.mark.model
def test_only_the_scan_in_a_file_is_recognised(tmp_path: Path) -> None:
    """A page of text is read as before, the picture beside it from its image; without the option it is named."""
    picture = scan(printed(tmp_path, "It hailed all night."), tmp_path / "picture.pdf")
    writer = PdfWriter(clone_from=printed(tmp_path, "It rained."))
    writer.append(picture)
    path = tmp_path / "mixed.pdf"
    writer.write(path)

    plain, found = read_with(path, Options()), read_with(path, OCR)

    assert (plain.document.text, plain.extraction.empty_pages) == ("It rained.", (2,))
    assert found.document.text == "It rained.\n\nIt hailed all night."
    assert [page.recognised for page in found.document.pages] == [False, True]
    assert found.extraction.empty_pages == ()


@pytest.mark.model
@pytest.mark.parametrize("degrees", [-90, 2, 180])
def test_a_page_may_be_laid_askew(tmp_path: Path, degrees: int) -> None:
    """On its side, on its head or slightly turned: the text is the same."""
    text = "The rivers rose over their banks until the mills stood still. Nobody could cross the bridge for a week."
    path = scan(
        printed(tmp_path, text), tmp_path / "turned.pdf", change=lambda image: image.rotate(degrees, expand=True, fillcolor=255, resample=3)
    )

    assert read_with(path, OCR).document.text == text


@pytest.mark.model
def test_a_stamp_over_a_scan_does_not_hide_it(tmp_path: Path) -> None:
    """A few letters of text beside a large picture: what is in the picture is read, and without the option it is said to be there."""
    path = stamped(scan(printed(tmp_path, _LONG), tmp_path / "scan.pdf"), "SEC 0001")

    plain, found = read_with(path, Options()), read_with(path, OCR)

    assert plain.document.text == "SEC 0001"
    assert plain.extraction.remarks == ("page 1 may hold more text in a picture; --ocr reads it",)
    assert share_of(_LONG, found.document.text) >= 0.98
    assert found.document.pages[0].recognised


@pytest.mark.parametrize("options", [Options(), OCR])
def test_a_searchable_scan_is_read_from_its_text(tmp_path: Path, options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    """Invisible text under the picture, as scanners put it, is the page's text; nothing is recognised again."""
    path = stamped(scan(printed(tmp_path, "Whatever the picture shows."), tmp_path / "scan.pdf"), _LONG, invisible=True)
    monkeypatch.setitem(sys.modules, "rapidocr", None)

    found = read_with(path, options)

    assert words(found.document.text) == words(_LONG)
    assert [page.recognised for page in found.document.pages] == [False]


def stamped(path: Path, text: str, *, invisible: bool = False) -> Path:
    """The file with text over its first page."""
    writer = PdfWriter(clone_from=path)
    page = writer.pages[0]
    font = DictionaryObject({NameObject(f"/{key}"): NameObject(f"/{value}") for key, value in _FONT.items()})
    page["/Resources"][NameObject("/Font")] = DictionaryObject({NameObject("/Stamp"): font})
    rows = "".join(f"({row}) Tj 0 -9 Td " for row in textwrap.wrap(text, 60))
    contents = DecodedStreamObject()
    shown = f"\nq BT {3 if invisible else 0} Tr /Stamp 8 Tf 40 {page.mediabox.height - 20} Td {rows}ET Q"
    contents.set_data(page.get_contents().get_data() + shown.encode())
    page[NameObject("/Contents")] = writer._add_object(contents)
    out = path.with_name("stamped.pdf")
    writer.write(out)
    return out


_FONT = {"Type": "Font", "Subtype": "Type1", "BaseFont": "Helvetica", "Encoding": "WinAnsiEncoding"}


@pytest.mark.model
def test_an_empty_page_stays_empty(tmp_path: Path) -> None:
    """A blank sheet and a black one have no words, and the file is refused with a reason."""
    path = printed(tmp_path, "#rect(fill: black)\n#pagebreak()\n")

    assert reason(path, OCR) == "has no text, and none was found in the images of its pages; remove it"


@pytest.mark.model
def test_recognising_prints_nothing_and_needs_no_network(scanned: Path, tmp_path: Path) -> None:
    """No line on either stream, no socket, and nothing written beside the models."""
    code = (
        "import socket, sys\n"
        "def refuse(*_): raise AssertionError('a socket was opened')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from pathlib import Path\n"
        "from ingest.readers import Options, readers\n"
        f"(found,) = readers()['.pdf'].read(Path({str(scanned)!r}), 'scan.pdf', Options(ocr=True))\n"
        "assert len(found.document.text) > 1000"
    )
    import rapidocr

    before = sorted(path.name for path in (Path(rapidocr.__file__).parent / "models").iterdir())
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={"PYTHONPATH": str(REPOSITORY)}, cwd=tmp_path
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in (Path(rapidocr.__file__).parent / "models").iterdir()) == before
    assert list(tmp_path.iterdir()) == []


def line_of(image: object, text: str, letters: str, top: float, bottom: float) -> RecognisedLine:
    """What the model might say of the dark rows between two heights: a text, and where its letters are."""
    import numpy as np

    columns = (np.asarray(image)[int(top) : int(bottom)] < 128).any(axis=0).nonzero()[0]
    left, right = float(columns[0]), float(columns[-1])
    line = RecognisedLine(letters or text, ((left, top), (right, top), (right, bottom), (left, bottom)), 1.0)
    return replace(line, text=text, places=tuple(_guessed(line)))


def rows_of_ink(image: object) -> list[tuple[float, float]]:
    """From where to where down the page lines stand, with a little air."""
    import numpy as np

    dark = (np.asarray(image) < 128).any(axis=1).nonzero()[0].tolist()
    starts = [row for row in dark if row - 1 not in dark]
    ends = [row for row in dark if row + 1 not in dark]
    return [(start - 4.0, end + 5.0) for start, end in zip(starts, ends, strict=True)]


def seen(tmp_path: Path, markup: str, texts: list[str], letters: str = "") -> list[Segment]:
    """The segments of a drawn page whose lines the model would have read so."""
    import numpy as np

    (picture,) = page_pictures(printed(tmp_path, f'#set text(font: "Libertinus Serif")\n{markup}'))
    image = np.asarray(picture)
    lines = tuple(line_of(image, text, letters, *rows) for text, rows in zip(texts, rows_of_ink(image)[: len(texts)], strict=True))
    return segments_of(RecognisedImage(image, lines), points_per_pixel=72 / 200)


def test_a_space_that_the_model_left_out_is_seen_on_the_paper(tmp_path: Path) -> None:
    """Words run together are parted where the paper is as white as between the others, and nowhere else."""
    text = "It takes shape through trade, and investment."
    (segment,) = seen(tmp_path, text, ["It takesshape through trade,and investment."], letters=text)

    assert segment.text == text


def test_a_figure_is_raised_where_the_ink_is(tmp_path: Path) -> None:
    """A superscript is told from a figure on the line, whatever the model calls both."""
    raised, plain = seen(
        tmp_path, "All of it is theirs.#super[2] \\ All of it is theirs 2", ["All of it is theirs.2", "All of it is theirs 2"]
    )

    assert [(part.text, round(part.y - raised.main.y) > 0) for part in raised.parts if part.text.strip()][-1] == ("2", True)
    assert {part.y for part in plain.parts} == {plain.main.y}


@pytest.mark.parametrize("size", [8, 10, 12, 16])
def test_the_size_of_letters_is_measured(tmp_path: Path, size: int) -> None:
    """To 8 % or better, also where a line has only capitals."""
    texts = ["Over the past seven decades", "OVER THE PAST DECADES"]
    found = seen(tmp_path, f"#set text(size: {size}pt)\n{texts[0]} \\ {texts[1]}", texts)

    assert [segment.main.size for segment in found] == [pytest.approx(size, rel=0.08)] * 2


def test_sizes_that_are_nearly_the_same_are_made_so() -> None:
    """What is measured a little differently is one size; smaller print stays smaller."""
    page = [Segment((Fragment(f"{size} " * 20, 0, 100, 700 - 20 * size, size),)) for size in (10.0, 10.2, 9.8, 8.6, 8.5, 8.5)]

    assert [segment.main.size for segment in same_sizes([page])[0]] == [10.0, 10.0, 10.0, 8.5, 8.5, 8.5]
