"""The list of readings: what a person sees of how well each was read."""

from __future__ import annotations

from dataclasses import replace

from chat.render.library import MOST_ROWS, library_html
from index.extraction import Extraction, ExtractionReport, report
from index.records import BlockKind
from ingest.normalise import Composer, PageStart
from tests.markup import parsed


def _report(name: str, extraction: Extraction = Extraction()) -> ExtractionReport:  # noqa: B008 - it is frozen
    composer = Composer()
    for number in (1, 2, 3):
        composer.page(PageStart(number))
        composer.add(BlockKind.PARAGRAPH, 0, ["It rained."])
    return report(composer.compose(id=name, source=name, metadata={}), extraction, passages=1)


def test_what_wants_a_look_comes_first_and_links_to_its_reading():
    """Each title opens its reading in the pane, by its row in the index; the verdict stands beside it."""
    doubtful = _report("b.pdf", Extraction(empty_pages=(2,), dropped_lines=6, unmatched_marks=1))
    html = parsed(library_html([_report("a.pdf"), doubtful], {}))

    assert [(link.attributes["href"], link.text) for link in html.all("a")] == [("#source-1", "b.pdf"), ("#source-0", "a.pdf")]
    assert [span.text for span in html.all("span")] == ["look at page 2", "good"]
    assert [small.text for small in html.all("small")] == [
        "3 pages · 6 words · 1 mark without a note · 6 running lines left out · no text on page 2",
        "3 pages · 6 words",
    ]
    assert html.one("p", kind="summary").text == "2 readings · 1 to look at"


def test_what_was_not_read_is_listed_with_its_reason():
    """Names and reasons come from strangers, and are text."""
    html = parsed(library_html([_report("a.pdf")], {"<b>.pdf": "is <i>damaged</i>"}))

    assert html.one("p", kind="summary").text == "1 reading · read without a fault · 1 file not read"
    assert html.all("li")[1].text == "<b>.pdf not readis <i>damaged</i>"


def test_a_large_library_lists_all_that_wants_a_look():
    """Of thousands of good readings some are shown and the others counted."""
    good = _report("a.pdf")
    reports = [*(replace(good, id=f"{row}") for row in range(MOST_ROWS + 1000)), _report("b.pdf", Extraction(empty_pages=(3,)))]
    html = parsed(library_html(reports, {}))

    assert html.all("a")[0].attributes["href"] == f"#source-{MOST_ROWS + 1000}"
    assert len(html.all("a")) == MOST_ROWS + 1
    assert html.all("li")[-1].text == "… and 1,000 more, all good"


def test_readings_can_be_chosen_and_own_files_come_first():
    """Each has a box named by its title; a visitor's own say so, stand first, lead to their own numbers and can be removed."""
    reports = [_report("a.pdf"), _report("your files/b.pdf")]
    html = parsed(library_html(reports, {}, choose=True, own={"your files/b.pdf": 10**24}))

    assert [link.attributes["href"] for link in html.all("a")] == [f"#source-{10**24}", "#source-0"]
    boxes = html.all("input", kind="choose")
    assert [(box.attributes["value"], box.attributes["aria-labelledby"]) for box in boxes] == [
        ("your files/b.pdf", f"reading-{10**24}"),
        ("a.pdf", "reading-0"),
    ]
    assert [span.text for span in html.all("span", kind="verdict")] == ["good", "yours, for this visit", "good"]
    assert html.one("button").text == "Remove your files"
    assert parsed(library_html(reports, {})).all("input") == parsed(library_html(reports, {})).all("button") == []
