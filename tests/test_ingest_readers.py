"""Every reader keeps the contract, and each format's own rules hold."""

from __future__ import annotations

import json

import pytest

from index.errors import UnreadableDocument
from index.records import BlockKind, Note
from ingest.normalise import is_canonical
from ingest.readers import Reading, Skipped, readers
from ingest.sentences import sentences
from tests.support import BRIEF, read

BAD_BYTES = [
    b"\xff\xfe\x00bad",
    b"\x00\x01\x02",
    b"caf\xe9 latin-1",
    b"%PDF-1.7 and nothing more",
    b"\x89PNG\r\n\x1a\n",
    b"PK\x03\x04",
]


@pytest.mark.parametrize("suffix", sorted(readers()))
@pytest.mark.parametrize("content", [*BAD_BYTES, b"", b"[" * 100_000, b"> " * 5_000 + b"deep", b"{}\n{]\n"])
def test_a_reader_reads_or_says_why_not(suffix, content, tmp_path):
    """Whatever a file holds, a reader gives canonical documents or raises UnreadableDocument that names the file and the way out."""
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)

    try:
        found = list(readers()[suffix].read(path, "folder/file"))
    except UnreadableDocument as error:
        found = [Skipped(error.source, error.reason)]

    for part in found:
        if isinstance(part, Skipped):
            assert part.source.startswith("folder/file")
            assert len(part.reason) > 20
        else:
            assert is_canonical(part.document)


def _markdown(tmp_path, text):
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    return read(tmp_path / "a.md")


def test_the_brief_has_its_seven_notes_tied_to_their_words():
    """Bodies are lifted out of the text, marks stay where they stood."""
    document = read(BRIEF)
    words_before = [document.text[: mark.position].rsplit(maxsplit=1)[-1] for mark in document.marks]

    assert [document.notes[mark.note].label for mark in document.marks] == list("1234567")
    assert words_before == ["Agenda.", "expertise.", "Partners", "others.", "change.", "cooperation.", "Change.'"]
    assert "Associated Press" not in document.text
    assert document.notes[4].url.startswith("https://www.radio.gov.pk/")


def test_the_brief_is_whole_where_its_pages_broke():
    """The CPEC sentence and the item on resources, each cut by a page end, are one stretch of text."""
    text = read(BRIEF).text

    assert "the development of road and railway networks, energy projects, and a substantial boost" in text
    assert "developing nations like Pakistan can jointly invest in infrastructure" in text


def test_an_ordinal_is_not_a_note():
    """`21<sup>st</sup>` stays in the text."""
    assert read(BRIEF).text.count("21st century") == 2


def test_exponents_are_not_notes(tmp_path):
    """m², 10³ and CO₂ stay in the text, also where notes of those numbers exist."""
    document = _markdown(
        tmp_path,
        "It covers 9 m<sup>2</sup> or 10<sup>3</sup> feet.<sup>2</sup> So they say.<sup>3</sup>\n\n<sup>2</sup> A.\n\n<sup>3</sup> B.\n",
    )

    assert document.text == "It covers 9 m2 or 103 feet. So they say."
    assert [(mark.position, document.notes[mark.note].text) for mark in document.marks] == [(27, "A."), (40, "B.")]


def test_labels_that_restart_belong_to_the_next_body(tmp_path):
    """Two notes 1 on two pages are two notes."""
    document = _markdown(tmp_path, "One.<sup>1</sup>\n\n<sup>1</sup> First.\n\nTwo.<sup>1</sup>\n\n<sup>1</sup> Second.\n")

    assert [document.notes[mark.note].text for mark in document.marks] == ["First.", "Second."]


def test_a_superscript_without_a_body_stays_in_the_text(tmp_path):
    """What looks like a mark but has no note is not thrown away, and is counted."""
    (tmp_path / "a.md").write_text("So it is.<sup>9</sup> Really.", encoding="utf-8")
    (reading,) = readers()[".md"].read(tmp_path / "a.md", "a.md")

    assert isinstance(reading, Reading)
    assert reading.document.text == "So it is.9 Really."
    assert reading.extraction.unmatched_marks == 1


def test_markdown_footnotes_are_notes(tmp_path):
    """`[^1]` is a mark, `[^1]:` a body, with its label and address."""
    document = _markdown(tmp_path, "A claim.[^a] More.\n\n[^a]: See <https://example.org/x>, p. 3.\n")

    assert document.text == "A claim. More."
    assert document.notes == (Note("a", "See https://example.org/x, p. 3.", "https://example.org/x"),)
    assert [mark.position for mark in document.marks] == [8]


def test_markup_is_not_in_the_text(tmp_path):
    """Emphasis, links, images, code, HTML and entities give their words."""
    document = _markdown(
        tmp_path,
        "# A *title*\n\nSome **bold** [link](http://x.y) `code` &amp; <b>html</b><!-- no -->.\nNext\\\nline.\n\n> Quoted.\n\n- item\n",
    )

    assert document.text == "A title\n\nSome bold link code & html. Next line.\n\nQuoted.\n\nitem"
    assert [block.kind for block in document.blocks] == [
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.QUOTE,
        BlockKind.LIST_ITEM,
    ]


def test_front_matter_is_metadata(tmp_path):
    """Title and author of a YAML head are known, and not part of the text."""
    document = _markdown(tmp_path, "---\ntitle: On Notes\nauthor: [Ada, Bob]\ndate: 2023-09-12\n---\nText.\n")

    assert document.text == "Text."
    assert document.metadata == {
        "title": "On Notes",
        "author": [{"literal": "Ada"}, {"literal": "Bob"}],
        "issued": {"date-parts": [[2023, 9, 12]]},
    }


def test_plain_text_keeps_every_word(tmp_path):
    """Wrapped lines are joined, lines of their own stay blocks, form feeds are pages."""
    (tmp_path / "a.txt").write_bytes(b"Heading\r\n\r\nA line that was cut\r\nat a fixed width\r\nand goes on.\r\n\x0cSecond page.\r\n")
    document = read(tmp_path / "a.txt")

    assert document.text == "Heading\n\nA line that was cut at a fixed width and goes on.\n\nSecond page."
    assert [(page.number, document.slice(page.span).strip()[:7]) for page in document.pages] == [(1, "Heading"), (2, "Second ")]
    assert document.blocks[0].kind is BlockKind.HEADING


def test_json_lines_are_a_document_each(tmp_path):
    """`_id` is the id; a line that is none is named with its number, and the others are read."""
    lines = [
        json.dumps({"_id": "d1", "title": "T", "text": "One.\n\nTwo."}),
        "{not json",
        json.dumps({"text": "Three."}),
        "",
        "[1]",
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = list(readers()[".jsonl"].read(tmp_path / "a.jsonl", "a.jsonl"))

    assert [part.document.id if isinstance(part, Reading) else part.source for part in found] == [
        "d1",
        "a.jsonl, line 2",
        "a.jsonl:3",
        "a.jsonl, line 5",
    ]
    assert found[0].document.title == "T"
    assert len(sentences(found[0].document)) == 2


def test_a_title_that_is_no_string_does_not_cost_the_line(tmp_path):
    """`"title": null` and numbers made a JSON line unreadable."""
    lines = ['{"title": null, "text": "One."}', '{"title": 5, "text": "Two."}', '{"title": ["x"], "text": "Three."}']
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = list(readers()[".jsonl"].read(tmp_path / "a.jsonl", "a.jsonl"))

    assert [part.document.metadata for part in found] == [{}, {"title": "5"}, {}]


@pytest.mark.parametrize("id", ["", " ", "a b\nc Q0 fake 1 9", "t\0\x1b[31m", "a\u2028b"])
def test_an_id_that_is_no_name_costs_its_line_only(id, tmp_path):
    """An empty `_id`, or one with a line end, wrote false lines into a table of results."""
    (tmp_path / "a.jsonl").write_text(json.dumps({"_id": id, "text": "One."}) + '\n{"_id": "a b", "text": "Two."}', encoding="utf-8")
    skipped, reading = readers()[".jsonl"].read(tmp_path / "a.jsonl", "a.jsonl")

    assert skipped.source == "a.jsonl, line 1"
    assert "`_id`" in skipped.reason
    assert skipped.reason.isprintable()
    assert reading.document.id == "a b"
