"""Pages as they are printed: the words that are marked on them are the quotation's, and no file can do more than have no image."""

from __future__ import annotations

import os
import random
import re
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chat.facsimile.boxes import Box, cover_others, joined
from chat.facsimile.drawer import Drawer
from chat.facsimile.drawing import Drawn
from chat.facsimile.letters import letters_of, located
from chat.facsimile.pages import Facsimiles
from chat.render.facsimile import NOT_LOCATED, facsimile_html
from index.embedders.hashing import HashingEmbedder
from index.library import Index
from index.records import Document, Page, Span
from ingest.build import build
from ingest.sentences import sentences
from tests.markup import parsed
from tests.printed_letters import PrintedPages, share_located
from tests.support import BRIEF, read
from tests.typeset import compile_typst, printed, typeset

_WORDS = "peace Pakistan trade route climate finance forum partnership level playing field the of and to in growth nation".split()
_TWO_PAGES = """
#set page(width: 120mm, height: 55mm, margin: 12mm, numbering: "1", header: [Running head of the journal])
#set text(hyphenate: true, lang: "en")
#set par(justify: true)
The river ran under the old bridge#footnote[A note on bridges.], and whoever came from the market
in the morning stood there for a while before going on to the harbour.
The river ran under the old bridge. Nobody stood there in the evening, for the lamps of the market
had been put out by then, and the council had forbidden the harbour to strangers.
"""


@pytest.fixture(scope="module")
def drawer() -> Iterator[Drawer]:
    drawer = Drawer()
    yield drawer
    drawer.close()


@pytest.fixture(scope="module")
def brief_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("typeset") / "brief.pdf"
    typeset(BRIEF, path)
    return path


@pytest.mark.parametrize("seed", range(100))
def test_the_printed_letters_of_the_rows_are_those_of_the_stretch(seed: int) -> None:
    """Words that came apart by notes, running heads and columns are found where they are, though they are there more than once."""
    chance = random.Random(seed)
    words = chance.choices(_WORDS, k=400)
    noise = ["Footnote Pakistan says more than that", "ISSUE BRIEF", "7"]
    pieces: list[tuple[str, bool]] = []
    for word in words:
        pieces += [(word, True)] + ([(chance.choice(noise), False)] if chance.random() < 0.02 else [])
    cut = chance.randrange(len(pieces))
    order = [*range(cut, len(pieces)), *range(cut)] if seed % 2 else list(range(len(pieces)))  # the second column first
    rows: dict[int, range] = {}
    page = ""
    for row in order:
        letters = letters_of(pieces[row][0])[0]
        rows[row] = range(len(page), len(page) + len(letters))
        page += letters
    true = [place for row, (_, is_text) in enumerate(pieces) if is_text for place in rows[row]]
    text = " ".join(words)
    starts = [found.start() for found in re.finditer(r"\b\w", text)]
    found = []
    for _ in range(10):
        first = chance.randrange(len(starts) - 12)
        wanted = Span(starts[first], starts[first + 12] - 1)
        before = len(letters_of(text[: wanted.start])[0])
        place = located(text, wanted, page)
        if place is not None:
            found.append(wanted)
            assert list(place) == true[before : before + len(place)], f"seed {seed}"
            assert "".join(page[row] for row in place) == letters_of(text[wanted.start : wanted.end])[0]

    assert len(found) >= 8, f"seed {seed}"


def test_what_is_not_printed_is_not_located() -> None:
    """Words of another page are found nowhere, and neither are words of which a letter is missing."""
    text = "The council met in the morning. It rose at noon."
    assert located(text, Span(0, 31), "itroseatnoonandallwentbacktotheharbourtogether") is None
    assert located(text, Span(0, 31), "thecouncilmetinthemorningitroseatnoon") == tuple(range(25))
    assert located(text, Span(0, 31), "thecouncilmetinthemoring") is None
    assert located(text, Span(30, 31), "thecouncilmetinthemorningitroseatnoon") is None


def test_boxes_fill_a_line_and_leave_out_what_is_no_letter_of_the_words() -> None:
    """A box a line; a note mark between two words is not covered."""
    corners = [c for x in (0, 1, 2, 3) for c in (x / 10, 0.1, x / 10 + 0.09, 0.12)] + [0.0, 0.2, 0.09, 0.22]
    line = lambda left, right, top: Box(left, pytest.approx(top - 0.0024), right, pytest.approx(top + 0.0224))  # noqa: E731

    assert joined([0, 1, 3, 4], corners, aspect=20) == [line(0.0, 0.19, 0.1), line(0.3, 0.39, 0.1), line(0.0, 0.09, 0.2)]
    assert not cover_others(joined([0, 1], corners, aspect=20), [0, 1], corners)
    assert cover_others([Box(0.0, 0.1, 0.19, 0.12)], [0], corners)
    assert joined([0, 3], corners, aspect=20) == [line(0.0, 0.09, 0.1), line(0.3, 0.39, 0.1)]


def test_every_sentence_of_the_typeset_brief_is_marked_and_nothing_else(brief_pdf: Path) -> None:
    """The letters under the marks are the letters and digits of the sentence, all of them."""
    document = read(brief_pdf)
    wanted = sentences(document)
    count, wrong = share_located(document, brief_pdf, wanted)
    print(f"located {count} of {len(wanted)} sentences of the typeset brief")

    assert wrong == []
    assert count == len(wanted) > 80


def test_a_quotation_over_a_page_break_is_marked_on_both_pages(tmp_path: Path) -> None:
    """Running head and notes between its halves are left out; the sentence that is there twice is told apart by what follows."""
    path = tmp_path / "two.pdf"
    compile_typst(_TWO_PAGES, path)
    document = read(path)
    pages = PrintedPages(path)
    words = "The river ran under the old bridge"
    again = document.text.rindex(words)
    over = next(span for span in sentences(document) if sum(page.span.overlaps(span) for page in document.pages) == 2)
    marked = pages.marked(document, over)
    first, second = (pages.marked(document, Span(start, start + len(words))) for start in (document.text.index(words), again))

    assert all(marked.values())
    assert pages.under(marked) == letters_of(document.slice(over))[0]
    assert pages.under(first) == pages.under(second) == letters_of(words)[0]
    assert first != second


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_marks_stand_right_on_turned_pages(tmp_path: Path, angle: int) -> None:
    """A page that is shown turned has its marks turned with it."""
    import pypdf

    straight = printed(tmp_path, "The council met in the morning. It rose at noon.")
    writer = pypdf.PdfWriter(straight)
    writer.pages[0].rotate(angle)
    path = tmp_path / "turned.pdf"
    writer.write(path)
    words = "It rose at noon."
    text = "The council met in the morning. It rose at noon."
    document = Document("d", "d.pdf", {}, text, pages=(Page(1, "", Span(0, len(text))),))
    pages = PrintedPages(path)
    ((_, boxes),) = pages.marked(document, Span(text.index(words), len(text))).items()
    middle = (sum(box.left + box.right for box in boxes) / (2 * len(boxes)), sum(box.top + box.bottom for box in boxes) / (2 * len(boxes)))

    assert pages.under({1: boxes}) == "itroseatnoon"
    x, y = {0: (0.65, 0.18), 90: (0.82, 0.65), 180: (0.35, 0.82), 270: (0.18, 0.35)}[angle]
    assert middle == (pytest.approx(x, abs=0.12), pytest.approx(y, abs=0.05))


def test_a_page_is_drawn_with_its_marks_and_its_neighbours(tmp_path: Path, drawer: Drawer) -> None:
    """The image is a PNG of a bounded size; its page has both numbers; what could not be located is said."""
    index = _index(tmp_path, {"two.pdf": _TWO_PAGES.replace('numbering: "1"', 'numbering: "i"')})
    (document,) = index.documents.values()
    facsimiles = Facsimiles(index, tmp_path / "corpus", drawer)
    (image,) = facsimiles.pages(document, Span(0, 9))
    page = parsed(facsimile_html(document, [image]))
    unlocated = parsed(facsimile_html(document, [replace(image, boxes=())]))

    assert image.drawn.image.startswith(b"\x89PNG")
    assert (image.drawn.width, image.drawn.height) == (1200, 551)
    assert page.one("img").attributes["alt"] == "page i (1 of the file) as it is printed, with the quoted words marked"
    assert [button.attributes["data-turn"] for button in page.all("button")] == ["0", "2"]
    assert len(page.all("span", kind="lit")) == len(image.boxes) == 1
    assert page.all("p") == []
    assert unlocated.one("p").text == NOT_LOCATED
    assert unlocated.one("img").attributes["alt"] == "page i (1 of the file) as it is printed"
    assert facsimiles.page(document, 2) is not None
    assert facsimiles.page(document, 99) is None


def test_only_the_files_that_were_read_are_shown(tmp_path: Path, drawer: Drawer) -> None:
    """No image without a corpus, of a file that changed or is gone, of one that is no PDF, or outside of the folder."""
    index = _index(tmp_path, {"one.pdf": "The council met.", "two.pdf": "The river ran."})
    corpus = tmp_path / "corpus"
    one, two = index.documents.values()
    facsimiles = Facsimiles(index, corpus, drawer)
    assert facsimiles.has(one)
    assert not Facsimiles(index, None, drawer).has(one)
    assert not Facsimiles(index, tmp_path / "nowhere", drawer).has(one)
    assert not facsimiles.has(replace(one, source="../corpus/one.pdf"))
    assert not facsimiles.has(replace(one, source="one.md"))
    compile_typst("The council never met.", corpus / "one.pdf")
    (corpus / "two.pdf").unlink()

    assert not facsimiles.has(one)
    assert not facsimiles.has(two)
    assert facsimiles.pages(one, Span(0, 3)) == ()


def test_a_file_that_changes_while_it_is_shown_is_not_drawn(tmp_path: Path, drawer: Drawer) -> None:
    """Whoever draws compares the file with its hash once more."""
    path = printed(tmp_path, "The council met.")

    assert drawer.draw(path, "0" * 64, 1).problem == "ValueError: the file was changed"


def test_a_broken_file_costs_its_image_and_nothing_else(tmp_path: Path, drawer: Drawer) -> None:
    """What pdfium cannot open or find has a problem; the next page is drawn."""
    from index.manifest import sha256_of

    good = printed(tmp_path, "The council met.")
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(good.read_bytes()[:200])

    assert drawer.draw(broken, sha256_of(broken), 1).problem.startswith("PdfiumError")
    assert drawer.draw(good, sha256_of(good), 7).problem
    assert drawer.draw(good, sha256_of(good), 1).problem == ""


def test_a_page_that_ends_or_holds_up_the_program_is_given_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The program that draws is started again for the next page; the one that did it is not tried again."""
    from index.manifest import sha256_of

    good = printed(tmp_path, "The council met. #pagebreak() It rose.")
    hurried = Drawer(seconds=1)
    sha256 = sha256_of(good)
    pipe = tmp_path / "pipe.pdf"
    os.mkfifo(pipe)  # whoever opens it waits for ever
    try:
        late = hurried.draw(pipe, sha256, 1)
        assert late.problem == "took longer than 1 seconds"
    finally:
        hurried.close()
    drawer = Drawer()
    try:
        assert drawer.draw(good, sha256, 1).problem == ""
        assert drawer._program is not None
        os.kill(drawer._program._popen.pid, signal.SIGSEGV)
        assert drawer.draw(good, sha256, 2).problem == "ended the program that draws (status -11)"
        assert drawer.draw(good, sha256, 2).problem == "ended the program that draws (status -11)"
        assert drawer.draw(good, sha256, 1).problem == ""
    finally:
        drawer.close()


def test_what_is_kept_of_drawn_pages_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages drawn longest ago are let go of."""
    drawer = Drawer(max_bytes_kept=3000)
    monkeypatch.setattr(drawer, "_drawn", lambda job: Drawn(image=bytes(1000)))
    for number in (1, 2, 1, 3):
        drawer.draw(tmp_path, "", number)

    assert list(drawer._kept) == [("", 1), ("", 3)]
    assert drawer._bytes_kept == 2400


def test_an_enormous_page_is_drawn_small(tmp_path: Path, drawer: Drawer) -> None:
    """However large a page says it is, its image is not."""
    from index.manifest import sha256_of

    path = tmp_path / "large.pdf"
    compile_typst("#set page(width: 4000mm, height: 200000mm)\nThe council met.", path)
    drawn = drawer.draw(path, sha256_of(path), 1)

    assert drawn.problem == ""
    assert drawn.width <= 1200
    assert drawn.height <= 1801


def _index(tmp_path: Path, files: dict[str, str]) -> Index:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, markup in files.items():
        compile_typst(markup, corpus / name)
    build(corpus, tmp_path / "index", embedder=HashingEmbedder().name)
    return Index.open(tmp_path / "index")
