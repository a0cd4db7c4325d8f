"""Exports: what each format shows, that words in it are words, and that a quotation whose words were changed is noticed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from chat.answer import Answer, Quote
from chat.citing.styles import APA, CHICAGO
from chat.export import VerifiableFormat, export, format_of, formats
from chat.export.record import from_json, recorded, to_json
from chat.export.works import works_of
from chat.verifying import Verdict, read_export, verify
from index.errors import NotExported, UnknownStyle
from index.records import Block, BlockKind, Document, Passage, Span
from ingest.sentences import sentences
from tests.support import needed

WITH_QUOTATIONS = [name for name, format in formats().items() if isinstance(format, VerifiableFormat)]
HOSTILE = (
    "<script>alert(1)</script> and <img src=x onerror=alert(1)> stand here.",
    'It costs $$x$$ or \\input{secret} for *every* _one_ [^1] and #import "x": * too.',
    "--> <!-- ]]> &amp; </w:t> %PDF `code` ~~~ {{x}} | a | b | @doe [link](javascript:x).",
    "Right \u202eto left\u202c, emoji 👩‍👩‍👧 🇵🇰, Café, ﬁne, 中文, ½ and “quoted” ‘words’ -- here…",
    "1. A list? # A heading? > A quotation? - No, a sentence.",
)


def document_of(text: str, id: str = "a.md", **metadata: object) -> Document:
    """A document of paragraphs."""
    blocks, start = [], 0
    for part in text.split("\n\n"):
        blocks.append(Block(BlockKind.PARAGRAPH, 0, Span(start, start + len(part))))
        start += len(part) + 2
    return Document(id, id, metadata, text, blocks=tuple(blocks))


def quote_of(document: Document, span: Span | None = None) -> Quote:
    """All of a document, or a part of it, as a quotation."""
    whole = span or Span(0, len(document.text))
    return Quote(Passage(document, (whole,)), whole)


def answer_of(*quotes: Quote, question: str = "What does it say?") -> Answer:
    return Answer(question, quotes, "", (), 0.9)


class _Index:
    """As much of an index as verifying needs."""

    def __init__(self, *documents: Document) -> None:
        self.documents = {document.id: document for document in documents}


def checked(content: bytes, name: str, folder: Path, *documents: Document):
    path = folder / f"export{formats()[name].suffix}"
    path.write_bytes(content)
    return verify(path, _Index(*documents))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def brief(brief_index) -> Document:
    """The reading that ships, with its sidecar's metadata."""
    return next(iter(brief_index.documents.values()))


@pytest.fixture(scope="module")
def conversation(brief) -> tuple[Answer, ...]:
    """Two answers and a refusal, four quotations, one of them with a note of the source's own."""
    spans = sentences(brief)
    noted = next(span for span in spans if brief.notes_in(span))
    first = answer_of(quote_of(brief, noted), quote_of(brief, spans[12]), question="What is said <there>?")
    refused = Answer("Who won?", (), "The reading does not say.", (quote_of(brief, spans[20]),), 0.1)
    return first, refused, answer_of(quote_of(brief, spans[30]))


@pytest.mark.parametrize("name", WITH_QUOTATIONS)
def test_an_export_holds_right_after_it_was_written(name, conversation, brief, tmp_path):
    """Each quotation of a conversation stands where its record says, word for word."""
    found = checked(export(conversation, name), name, tmp_path, brief)

    assert [(verified.number, verified.verdict) for verified in found] == [(number, Verdict.HOLDS) for number in (1, 2, 3, 4)]
    assert [verified.span for verified in found] == [note.quote.span for answer in conversation for note in answer.footnotes]


@pytest.mark.parametrize("name", WITH_QUOTATIONS)
def test_words_of_a_document_come_out_exactly_as_text(name, tmp_path):
    """Markup of every format, marks of direction and emoji: what is read back from the file is the quotation."""
    document = document_of("\n\n".join(HOSTILE), title="*T* <b>t</b> $x$ #t", author=[{"literal": "<i>A</i> & \\B"}])
    quotes = [quote_of(document, block.span) for block in document.blocks]
    content = export([answer_of(*quotes, quote_of(document), question="<script>*What*</script> [^1]?")], name)
    exported = formats()[name].read(content)

    assert {verified.verdict for verified in checked(content, name, tmp_path, document)} == {Verdict.HOLDS}
    if not exported.by_letters:
        assert exported.quotations == tuple(quote.text for quote in [*quotes, quote_of(document)])
    assert name == "pdf" or not re.search(rb"(?<!\\)<(?:script>|img)", content)


def _changed(content: bytes, name: str) -> bytes:
    """An export in which 'harvest' reads 'horvest' wherever a reader sees it."""
    if name in ("markdown", "html"):
        shown, sign, record = content.rpartition(b"footnoted")
        return shown.replace(b"harvest", b"horvest") + sign + record
    if name == "word":
        packed = BytesIO()
        with zipfile.ZipFile(BytesIO(content)) as before, zipfile.ZipFile(packed, "w") as after:
            for entry in before.infolist():
                part = before.read(entry)
                after.writestr(entry, part.replace(b"harvest", b"horvest") if entry.filename == "word/document.xml" else part)
        return packed.getvalue()
    raise AssertionError(name)


@pytest.mark.parametrize("name", [name for name in WITH_QUOTATIONS if name != "pdf"])
def test_one_changed_letter_is_noticed(name, tmp_path):
    """The record is whole, the words are not: the quotation does not hold, its neighbour does."""
    document = document_of("The harvest was good.\n\nThe winter was long.")
    quotes = [quote_of(document, block.span) for block in document.blocks]
    found = checked(_changed(export([answer_of(*quotes)], name), name), name, tmp_path, document)

    assert [verified.verdict for verified in found] == [Verdict.CHANGED, Verdict.HOLDS]
    assert "horvest" in str(found[0])


def test_one_changed_letter_in_a_pdf_is_noticed(tmp_path):
    """Pages with other words than those attached: the pages count."""
    document = document_of("The harvest was good.")
    other = document_of("The horvest was good.")
    attached = PdfReader(BytesIO(export([answer_of(quote_of(document))], "pdf"))).attachments["footnoted.json"][0]
    writer = PdfWriter()
    for page in PdfReader(BytesIO(export([answer_of(quote_of(other))], "pdf"))).pages:
        writer.add_page(page)
    writer.add_attachment("footnoted.json", attached)
    changed = BytesIO()
    writer.write(changed)

    assert [verified.verdict for verified in checked(changed.getvalue(), "pdf", tmp_path, document)] == [Verdict.CHANGED]


@pytest.mark.parametrize("name", WITH_QUOTATIONS)
def test_a_changed_source_is_told_of(name, tmp_path):
    """Words that stand elsewhere now have moved; words that no longer stand are gone, as is a document; a new name is no matter."""
    document = document_of("The harvest was good.")
    content = export([answer_of(quote_of(document))], name)
    moved, gone = document_of("Well. The harvest was good."), document_of("The harvest was bad.")

    (verified,) = checked(content, name, tmp_path, moved)
    assert (verified.verdict, verified.span) == (Verdict.MOVED, Span(6, 27))
    assert [verified.verdict for verified in checked(content, name, tmp_path, gone)] == [Verdict.GONE]
    assert [verified.verdict for verified in checked(content, name, tmp_path)] == [Verdict.GONE]
    assert [verified.verdict for verified in checked(content, name, tmp_path, replace(document, id="b.md"))] == [Verdict.HOLDS]


def test_a_quotation_that_was_added_is_told_of(tmp_path):
    """A block quote more than the record has."""
    document = document_of("The harvest was good.")
    content = export([answer_of(quote_of(document))], "markdown").replace(b"[^1]: ", "> “It was mine.”[^1]\n\n[^1]: ".encode(), 1)
    found = checked(content, "markdown", tmp_path, document)

    assert [verified.verdict for verified in found] == [Verdict.HOLDS, Verdict.CHANGED]
    assert str(found[1]) == "2. changed: was added to the file after it was exported — “It was mine.”"


def test_a_changed_record_cannot_make_changed_words_hold(tmp_path):
    """Other offsets only say that the words moved; other words in the record are no witness."""
    document = document_of("The harvest was good. The winter was long.")
    content = export([answer_of(quote_of(document, Span(0, 21)))], "markdown")
    elsewhere = content.replace(b'"start":0,"end":21', b'"start":22,"end":42')
    both = content.replace(b"harvest", b"horvest")

    assert [verified.verdict for verified in checked(elsewhere, "markdown", tmp_path, document)] == [Verdict.MOVED]
    assert [verified.verdict for verified in checked(both, "markdown", tmp_path, document)] == [Verdict.GONE]


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60), min_size=1, max_size=3))
def test_any_words_survive_a_round_trip(tmp_path_factory, texts):
    """Whatever canonical text can hold comes back from Markdown and HTML letter for letter."""
    words = [" ".join(re.sub(r"\s", " ", text).split()) for text in texts]
    text = "\n\n".join(filter(None, words))
    if not text:
        return
    document = document_of(text)
    answers = [answer_of(quote_of(document))]

    for name in ("markdown", "html"):
        assert [found.verdict for found in checked(export(answers, name), name, tmp_path_factory.mktemp("x"), document)] == [Verdict.HOLDS]


def test_a_file_of_strangers_is_opened_safely(tmp_path):
    """Bombs, entities, damaged and foreign files: one clear line each, and nothing is unpacked or looked up."""

    def said(name: str, content: bytes) -> str:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(NotExported) as raised:
            read_export(tmp_path / name)
        assert "\n" not in str(raised.value)
        return str(raised.value)

    def packed(**parts: bytes) -> bytes:
        file = BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in parts.items():
                archive.writestr(part.replace("__", "/") + ".xml", content)
        return file.getvalue()

    entities = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><record xmlns="urn:footnoted:record">&b;</record>'
    assert "no Word file" in said("a.docx", b"PK\x03\x04 nothing")
    assert "no record" in said("b.docx", packed(word__document=b"<w/>"))
    assert "document type" in said("c.docx", packed(word__document=b"<w/>", customXml__item1=entities))
    assert "unpacks to more than 64 MB" in said("d.docx", packed(word__document=b" " * (65 << 20)))
    assert "no PDF" in said("a.pdf", b"%PDF-1.7 nothing")
    assert "no record" in said("a.html", b"<p>Hello</p>")
    assert "no record" in said("a.md", b"# Hello")
    assert "damaged" in said("b.md", b'<!-- footnoted {"footnoted": 1, "quotations": 5} -->')
    assert "another version" in said("c.md", b'<!-- footnoted {"footnoted": 9, "quotations": []} -->')
    assert ".docx .pdf" in said("a.txt", b"Hello")
    with pytest.raises(NotExported, match="cannot be read"):
        read_export(tmp_path / "none.md")


def test_a_record_holds_nothing_that_a_file_would_obey():
    """ASCII, and no sign that ends a comment, a script or an element."""
    document = document_of("--> </script> ]]> <!-- \u202e é & 'x' ---", id="<a>--.md")
    written = to_json([recorded(quote_of(document))])

    assert from_json(written) == (recorded(quote_of(document)),)
    assert written.isascii()
    assert not re.search(r"[<>&']|--", written)


def test_html_asks_no_other_host_for_anything(conversation):
    """No element that loads something, and a policy that lets none; addresses of notes are links to follow."""
    from lxml import html

    page = html.fromstring(export(conversation, "html"))
    loading = [
        found for found in page.iter("link", "img", "iframe", "object", "embed") if found.tag != "link" or found.get("rel") == "stylesheet"
    ]

    assert loading == []
    assert [script.get("type") for script in page.iter("script")] == ["application/json"]
    assert page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content") == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert page.xpath("//section[@role='doc-endnotes']//a[starts-with(@href, 'http')]")


def test_a_pdf_has_its_notes_at_the_foot_of_the_page(conversation):
    """As many as there are quotations, under their words, with the source's own."""
    text = PdfReader(BytesIO(export(conversation, "pdf"))).pages[0].extract_text()

    assert re.findall(r"^(\d)\s?(?:Mahrukh )?Khan, South-South", text, re.MULTILINE) == ["1", "2", "3", "4"]
    assert "The source cites, n. " in text


def test_notes_are_numbered_through_a_conversation(conversation):
    """A later note on the same work is a short one; a list of works follows where the style cites in brackets."""
    chicago, apa = (export(conversation, "markdown", style).decode() for style in (CHICAGO, APA))

    assert re.findall(r"^\[\^\d\]: (?:Mahrukh )?Khan, \*South-South Cooperation", chicago, re.MULTILINE)[1:] == [
        f"[^{number}]: Khan, *South-South Cooperation" for number in (2, 3, 4)
    ]
    assert "[^4]: (Khan, 2023, “" in apa
    assert "**References**\n\nKhan, M. (2023). *South-South Cooperation" in apa


def test_what_was_cited_goes_to_reference_managers(conversation):
    """One entry for the one work, in three formats that name it the same."""
    bibtex, ris, csl = (export(conversation, name).decode() for name in ("bibtex", "ris", "csl-json"))

    assert re.findall(r"@(\w+)\{(\w+),", bibtex) == [("techreport", "khan2023")]
    assert "author = {Khan, Mahrukh}" in bibtex
    assert [line for line in ris.splitlines() if line[:2] in ("TY", "ID", "AU", "PY", "DA", "ST", "ER")] == [
        "TY  - RPRT", "ID  - khan2023", "ST  - South-South Cooperation", "AU  - Khan, Mahrukh", "PY  - 2023", "DA  - 2023/09/12/", "ER  - ",
    ]  # fmt: skip
    assert [(item["id"], item["type"], item["author"]) for item in json.loads(csl)] == [
        ("khan2023", "report", [{"family": "Khan", "given": "Mahrukh"}])
    ]


def test_hostile_metadata_stays_one_value(tmp_path):
    """A line end starts no field of RIS, a brace ends none of BibTeX; two works of one author and year have two keys."""
    metadata = {"title": "A }\nER  - \nTY  - BOOK \\input{x} % $ #", "author": [{"family": "Ö'Neil"}], "issued": {"date-parts": [[2020]]}}
    answers = [answer_of(*(quote_of(document_of("Words are here.", id=id, **metadata)) for id in ("a", "b")))]
    ris, bibtex = (export(answers, name).decode() for name in ("ris", "bibtex"))

    assert [work["id"] for work in works_of(answers)] == ["o2020", "o2020a"]
    assert ris.count("\r\nER  - \r\n") == 2
    assert r"\input" not in bibtex
    assert bibtex.count("@misc") == 2


def test_the_ending_of_a_file_says_its_format():
    """The longer of two first, whatever its case; any other is told of with those there are."""
    assert [format_of(name).name for name in ("a.md", "A.DOCX", "b.csl.json", "c.bib")] == ["markdown", "word", "csl-json", "bibtex"]
    with pytest.raises(UnknownStyle, match=r"'a.odt' .* \.docx \.pdf \.md \.html"):
        format_of("a.odt")
    with pytest.raises(UnknownStyle, match="no format 'odt'; there are: word, "):
        export([], "odt")


def test_every_format_takes_no_answer_and_a_refusal_without_passages():
    """Nothing is said, or nothing is quoted: still a file."""
    greeting = Answer("hello", (), "Hello!", (), 0.0)

    for name in formats():
        assert isinstance(export([], name), bytes)
        assert isinstance(export([greeting], name), bytes)


def _office(content: bytes, folder: Path, target: str) -> Path:
    """A Word file as LibreOffice opens it and saves it again."""
    office = shutil.which("soffice")
    if office is None:
        needed("LibreOffice (soffice)")
    (folder / "export.docx").write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(office), profile, "--headless", "--convert-to", target, "--outdir", str(folder / "out"), str(folder / "export.docx")]
    done = subprocess.run(command, check=False, capture_output=True, timeout=180)
    (written,) = (folder / "out").iterdir()
    assert done.returncode == 0, done.stderr
    return written


@pytest.mark.office
def test_word_files_open_in_libreoffice_with_real_footnotes(conversation, tmp_path):
    """As many footnotes as the conversation has, their text the citations, and the text before each is the quotation."""
    from lxml import etree

    text = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
    with zipfile.ZipFile(_office(export(conversation, "word"), tmp_path, "odt")) as archive:
        tree = etree.fromstring(archive.read("content.xml"))
    notes = list(tree.iter(f"{text}note"))
    before = []
    for note in notes:
        paragraph = note.getparent()
        while paragraph.tag != f"{text}p":
            paragraph = paragraph.getparent()
        note.clear()
        before.append("".join(paragraph.itertext()))
    with zipfile.ZipFile(tmp_path / "out" / "export.odt") as archive:
        bodies = ["".join(found.itertext()) for found in etree.fromstring(archive.read("content.xml")).iter(f"{text}note-body")]

    assert before == [f"“{note.quote.text}”" for answer in conversation for note in answer.footnotes]
    assert [body.strip().split(",")[0] for body in bodies] == ["Mahrukh Khan", "Khan", "Khan", "Khan"]


@pytest.mark.office
def test_a_word_file_saved_by_libreoffice_can_still_be_verified(conversation, brief, tmp_path):
    """Its record goes along, and its quotations are found again."""
    saved = _office(export(conversation, "word"), tmp_path, "docx").read_bytes()

    assert [found.verdict for found in checked(saved, "word", tmp_path, brief)] == [Verdict.HOLDS] * 4
