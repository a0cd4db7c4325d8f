"""PDFs made to loop, to explode or to lie: each is read as far as its words go, or refused in a line, soon and in little memory."""

from __future__ import annotations

import resource
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from index.errors import UnreadableDocument
from ingest.readers import Reading, readers
from tests.fuzz import complaint

WORDS = b"BT /F 12 Tf 20 100 Td (It rained.) Tj ET"
READ = "It rained."
REFUSED = None  # or read in part: what matters is that it ends
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_MEGABYTES = 500


def stream(content: bytes, keys: bytes = b"", length: int | None = None) -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content) if length is None else length, keys, content)


def flate(content: bytes, keys: bytes = b"", times: int = 1) -> bytes:
    for _ in range(times):
        content = zlib.compress(content, 1)
    return stream(content, b"/Filter[%s]%s" % (b"/FlateDecode" * times, keys))


def pdf(changed: Mapping[int, bytes] | None = None, *, trailer: bytes = b"<</Root 1 0 R/Size 99>>", head: bytes = b"%PDF-1.7\n") -> bytes:
    """One page that says that it rained, with some objects changed: 1 catalogue, 2 pages, 3 page, 4 contents, 5 font, 6 resources."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources 6 0 R>>",
        4: stream(WORDS),
        5: _FONT,
        6: b"<</Font<</F 5 0 R>>>>",
        **(changed or {}),
    }
    out, places = head, {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in sorted(places.items()))
    return out + b"xref\n%strailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (table, trailer, len(out))


def page(contents: bytes = b"4 0 R", more: bytes = b"", resources: bytes = b"6 0 R") -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents %s/Resources %s%s>>" % (contents, resources, more)


def font(content: bytes, **more: bytes) -> dict[int, bytes]:
    """The same page in a font of its own."""
    return {5: content, **{int(key[1:]): value for key, value in more.items()}}


def mapped(character_map: bytes) -> bytes:
    return pdf(font(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 7 0 R>>", _7=stream(character_map)))


def nested(opening: bytes, closing: bytes, times: int) -> bytes:
    return opening * times + closing * times


def kids(count: int, kid: bytes = b"3 0 R ") -> bytes:
    return b"<</Type/Pages/Kids[%s]/Count %d>>" % (kid * count, count)


def tree(depth: int) -> dict[int, bytes]:
    """A page tree so deep."""
    inner = {10 + row: b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (11 + row) for row in range(depth)}
    return {2: kids(1, b"10 0 R"), **inner, 10 + depth: page()}


def form(number: int, draws: bytes) -> bytes:
    return stream(draws, b"/Type/XObject/Subtype/Form/Resources %d 0 R" % number)


BOMB = b" " * 41_000_000
BODY = {
    "as it is": (pdf(), READ),
    "nothing": (b"", REFUSED),
    "one byte": (b"%", REFUSED),
    "a head alone": (b"%PDF-1.7", REFUSED),
    "junk before the head": (b"junk\n" * 50 + pdf(), READ),
    "junk after the end": (pdf() + b"\0" * 5000, READ),
    "no catalogue": (pdf({1: b"null"}), REFUSED),
    "no root in the trailer": (pdf(trailer=b"<</Size 9>>"), READ),
    "no trailer": (pdf().split(b"xref")[0], REFUSED),
    "a root that is not there": (pdf(trailer=b"<</Root 77 0 R/Size 9>>"), READ),
    "a root that is not there, and a size of millions": (
        pdf({7: stream(b"x" * 100_000)}, trailer=b"<</Root 77 0 R/Size 99999999>>").replace(b"/Catalog", b"/Kotalog"),
        REFUSED,
    ),
    "no pages": (pdf({1: b"<</Type/Catalog>>"}), REFUSED),
    "pages of another kind": (pdf({2: b"[3 0 R]"}), REFUSED),
    "pages that hold themselves": (pdf({2: kids(1, b"2 0 R")}), REFUSED),
    "pages in a ring": (pdf({2: kids(1, b"7 0 R"), 7: kids(1, b"2 0 R")}), REFUSED),
    "a parent in a ring": (
        pdf({3: b"<</Type/Page/Parent 7 0 R/Contents 4 0 R>>", 7: b"<</Type/Pages/Parent 7 0 R/Resources 6 0 R>>"}),
        None,
    ),
    "kids of a wrong kind": (pdf({2: b"<</Type/Pages/Kids[null 5 (x) 3 0 R 88 0 R]/Count 5>>"}), None),
    "a count of millions": (pdf({2: b"<</Type/Pages/Kids[3 0 R]/Count 99999999>>"}), READ),
    "a negative count": (pdf({2: b"<</Type/Pages/Kids[3 0 R]/Count -1>>"}), READ),
    "a page a million times": (pdf({2: kids(1_000_000)}), REFUSED),
    "a page 90,000 times": (pdf({2: kids(90_000)}), REFUSED),
    "doubled pages": (pdf({2: kids(2, b"10 0 R "), **{10 + n: kids(2, b"%d 0 R " % (11 + n)) for n in range(30)}, 40: page()}), REFUSED),
    "a deep page tree": (pdf(tree(90)), READ),
    "a page tree too deep": (pdf(tree(5000)), REFUSED),
    "a box of nothing": (pdf({3: page(more=b"/MediaBox null")}), READ),
    "a huge box": (pdf({3: page(more=b"/MediaBox[-1e300 nan inf 99999999999999999999999]/Rotate 17")}), READ),
    "a length that lies": (pdf({4: stream(WORDS, length=5)}), None),
    "a length of millions": (pdf({4: stream(WORDS, length=2_000_000_000)}), None),
    "a length that is itself": (pdf({4: b"<</Length 4 0 R>>stream\n%s\nendstream" % WORDS}), None),
    "no end of the stream": (pdf({4: b"<</Length 40>>stream\n%s" % WORDS}), None),
    "contents with holes": (pdf({3: page(b"[null 4 0 R 77 0 R 5 (x)]")}), READ),
    "contents that hold themselves": (pdf({3: page(b"7 0 R"), 7: b"[7 0 R 7 0 R 4 0 R]"}), None),
    "the same contents ten thousand times": (pdf({3: page(b"[%s]" % (b"4 0 R " * 10_000))}), None),
    "contents of a wrong kind": (pdf({3: page(b"5 0 R")}), REFUSED),
    "resources of a wrong kind": (pdf({3: page(resources=b"[1 2 3]")}), REFUSED),
    "resources that are themselves": (pdf({6: b"6 0 R"}), REFUSED),
    "an unknown filter": (pdf({4: stream(WORDS, b"/Filter/NoSuchDecode")}), REFUSED),
    "a hundred filters": (pdf({4: stream(WORDS, b"/Filter[%s]" % (b"/FlateDecode" * 100))}), REFUSED),
    "a filter of a wrong kind": (pdf({4: stream(WORDS, b"/Filter 5/DecodeParms(x)")}), None),
    "a bomb": (pdf({4: flate(BOMB + WORDS)}), None),
    "a bomb in a bomb": (pdf({4: flate(BOMB + BOMB + WORDS, times=2)}), None),
    "ten bombs": (pdf({3: page(b"[%s]" % (b"4 0 R " * 10)), 4: flate(BOMB + WORDS)}), None),
    "a bomb of operators": (pdf({4: flate(b"q 1 0 0 1 0 0 cm " * 4_000_000 + WORDS)}), None),
    "a bomb of letters": (pdf({4: flate(b"BT /F 12 Tf 1 0 Td" + b"(It rained.)Tj " * 3_000_000 + b"ET")}), None),
    "a bomb of one string": (pdf({4: flate(b"BT /F 12 Tf (" + b"x" * 50_000_000 + b")Tj ET")}), None),
    "a bomb of open strings": (pdf({4: flate(b"BT /F 12 Tf " + b"(" * 5_000_000)}), REFUSED),
    "a bomb of numbers": (pdf({4: flate(b"1 " * 10_000_000 + WORDS)}), None),
    "a bomb of arrays": (pdf({4: flate(b"[" * 10_000_000 + WORDS)}), None),
    "a bomb with a predictor": (pdf({4: flate(BOMB, b"/DecodeParms<</Predictor 12/Columns 1>>")}), None),
    "a predictor that lies": (pdf({4: flate(WORDS, b"/DecodeParms<</Predictor 15/Columns 999999999>>")}), REFUSED),
    "LZW that expands": (pdf({4: stream(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01" * 9000, b"/Filter/LZWDecode")}), None),
    "run lengths that expand": (pdf({4: stream(b"\x81 " * 1_000_000 + b"\x80", b"/Filter/RunLengthDecode")}), REFUSED),
    "letters of base 85": (pdf({4: stream(b"z" * 1_000_000 + b"~>", b"/Filter/ASCII85Decode")}), REFUSED),
    "deep arrays": (pdf({4: stream(nested(b"[", b"]", 100_000) + WORDS)}), READ),
    "deep dictionaries": (pdf({4: stream(nested(b"<</A", b">>", 50_000) + b"/P BDC " + WORDS)}), READ),
    "deep arrays in an object": (pdf({6: nested(b"[", b"]", 100_000)}), REFUSED),
    "deep dictionaries in the catalogue": (pdf({1: b"<</Type/Catalog/Pages 2 0 R/X%s>>" % nested(b"<</A", b">>", 50_000)}), None),
    "saved states that never end": (pdf({4: stream(b"q " * 500_000 + WORDS)}), READ),
    "restored states that never began": (pdf({4: stream(b"Q EMC ET " * 100_000 + WORDS)}), READ),
    "numbers of no size": (
        pdf({4: stream(b"1e308 0 0 -1e308 nan inf cm 99999%s 0 0 1 0 0 Tm " % (b"9" * 500) + b"BT /F 1e400 Tf (x) Tj ET")}),
        None,
    ),
    "operands of wrong kinds": (
        pdf(
            {
                4: stream(
                    b"BT /F /F Tf (x) Tc [1] Tw <</A 1>> Tz (y) TL /N Ts [(a) /b [1 2] (c)] TJ 5 Tj (z) (y) ' Tm cm Do BDC Td ET " + WORDS
                )
            }
        ),
        READ,
    ),
    "too few operands": (pdf({4: stream(b"Tf Tj TJ ' \" Td TD Tm cm Do BDC 1 cm 2 Tm " + WORDS)}), READ),
    "an inline image": (pdf({4: stream(b"BI /W 4 /H 4 /BPC 8 /CS /G ID " + bytes(range(16)) + b" EI " + WORDS)}), READ),
    "an inline image without an end": (pdf({4: stream(WORDS + b" BI /W 9 /H 9 ID " + b"\0" * 90)}), READ),
    "ten thousand inline images without an end": (pdf({4: stream(WORDS + b" BI /W 9 ID x" * 10_000)}), None),
    "a string without an end": (pdf({4: stream(WORDS + b" BT (It snowed ET")}), READ),
    "odd bytes between operators": (pdf({4: stream(b"\xff\xfe \x80abc } { ) >> > ] " + WORDS)}), READ),
    "a font that is missing": (pdf({6: b"<<>>"}), REFUSED),
    "a font of a wrong kind": (pdf({5: b"[(x)]"}), REFUSED),
    "a font that is itself": (pdf({5: b"5 0 R"}), REFUSED),
    "an encoding that is itself": (
        pdf(font(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding 7 0 R>>", _7=b"<</BaseEncoding 7 0 R/Differences 7 0 R>>")),
        None,
    ),
    "differences of wrong kinds": (
        pdf(
            font(
                b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[/a (x) null 99999999999 /b -5 /c [1] 250 %s]>>>>"
                % (b"/a" * 1000)
            )
        ),
        None,
    ),
    "widths of wrong kinds": (
        pdf(font(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar -9/LastChar 1e9/Widths[(x) null /a 1e308]>>")),
        None,
    ),
    "descendants of wrong kinds": (pdf(font(b"<</Type/Font/Subtype/Type0/BaseFont/H/Encoding/Identity-H/DescendantFonts 5 0 R>>")), None),
    "descendants that are themselves": (
        pdf(font(b"<</Type/Font/Subtype/Type0/BaseFont/H/Encoding/Identity-H/DescendantFonts[5 0 R]>>")),
        None,
    ),
    "widths of a million glyphs": (
        pdf(
            font(
                b"<</Type/Font/Subtype/Type0/BaseFont/H/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/W[0 2000000000 500]>>]>>"  # noqa: E501 - one object
            )
        ),
        None,
    ),
    "an encoding of an unknown name": (
        pdf(font(b"<</Type/Font/Subtype/Type0/BaseFont/H/Encoding/No-Such-H/DescendantFonts[<<>>]>>")),
        None,
    ),
    "a range of all codes": (mapped(b"1 beginbfrange <0000> <FFFFFFFF> <0000> endbfrange"), None),
    "a range backwards": (mapped(b"1 beginbfrange <FFFF> <0000> <FFFF> endbfrange"), None),
    "ranges without number": (mapped(b"1 beginbfrange " + b"<00> <FF> <0041>\n" * 200_000 + b"endbfrange"), None),
    "a map of junk": (mapped(b"beginbfchar <zz> <> <0> endbfchar beginbfrange <00> <01> [ endbfrange \xff\xfe usecmap"), None),
    "a map to halves of letters": (mapped(b"1 beginbfrange <00> <FF> <D800> endbfrange"), None),
    "a map to ever longer words": (mapped(b"1 beginbfchar <49> <%s> endbfchar" % (b"0041" * 100_000)), None),
    "a map that is itself": (pdf(font(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 5 0 R>>")), None),
    "drawn letters that draw themselves": (
        pdf(
            font(
                b"<</Type/Font/Subtype/Type3/FontBBox[0 0 0 0]/FontMatrix[0 0 0 0 0 0]/CharProcs<</a 7 0 R>>/Encoding<</Differences[73/a]>>/Resources<</Font<</F 5 0 R>>>>>>",  # noqa: E501 - one object
                _7=stream(b"BT /F 1 Tf (I) Tj ET"),
            )
        ),
        REFUSED,
    ),
    "a form that draws itself": (
        pdf({6: b"<</Font<</F 5 0 R>>/XObject<</X 7 0 R>>>>", 7: form(6, b"/X Do " * 100), 4: stream(WORDS + b" /X Do" * 100)}),
        READ,
    ),
    "forms that double": (
        pdf(
            {
                **{20 + n: form(50 + n, b"/X Do /X Do " * 5) for n in range(20)},
                **{50 + n: b"<</Font<</F 5 0 R>>/XObject<</X %d 0 R>>>>" % (21 + n) for n in range(20)},
                6: b"<</Font<</F 5 0 R>>/XObject<</X 20 0 R>>>>",
                4: stream(WORDS + b" /X Do" * 100),
            }
        ),
        READ,
    ),
    "a form that is a bomb, drawn a thousand times": (
        pdf({6: b"<</Font<</F 5 0 R>>/XObject<</X 7 0 R>>>>", 7: flate(BOMB, b"/Subtype/Form"), 4: stream(WORDS + b" /X Do" * 1000)}),
        None,
    ),
    "a form of dense text, drawn a thousand times": (
        pdf(
            {
                6: b"<</Font<</F 5 0 R>>/XObject<</X 7 0 R>>>>",
                7: flate(WORDS * 10_000, b"/Subtype/Form"),
                4: stream(WORDS + b" /X Do" * 1000),
            }
        ),
        None,
    ),
    "a form of wrong kinds": (
        pdf(
            {
                6: b"<</Font<</F 5 0 R>>/XObject<</X 7 0 R>>>>",
                7: stream(WORDS, b"/Subtype/Form/Matrix[1 (x) null]/Resources 7/BBox 5"),
                4: stream(b"/X Do " + WORDS),
            }
        ),
        None,
    ),
    "labels that loop": (pdf({1: b"<</Type/Catalog/Pages 2 0 R/PageLabels 7 0 R>>", 7: b"<</Kids[7 0 R 7 0 R]/Limits[0 9]>>"}), READ),
    "labels of wrong kinds": (pdf({1: b"<</Type/Catalog/Pages 2 0 R/PageLabels<</Nums[0 (x) null <</S/D/St -9999999999>> /a]>>>>"}), READ),
    "a huge Roman label": (pdf({1: b"<</Type/Catalog/Pages 2 0 R/PageLabels<</Nums[0<</S/R/St 2000000000>>]>>>>"}), READ),
    "a huge alphabetic label": (pdf({1: b"<</Type/Catalog/Pages 2 0 R/PageLabels<</Nums[0<</S/a/St 2000000000>>]>>>>"}), READ),
    "a long label prefix": (pdf({1: b"<</Type/Catalog/Pages 2 0 R/PageLabels<</Nums[0<</S/D/P(%s)>>]>>>>" % (b"x" * 1_000_000)}), READ),
    "properties of wrong kinds": (pdf({7: b"<</Title 5/Author[1 2]/CreationDate(x)>>"}, trailer=b"<</Root 1 0 R/Info 7 0 R>>"), READ),
    "properties that are themselves": (pdf({7: b"7 0 R"}, trailer=b"<</Root 1 0 R/Info 7 0 R>>"), READ),
    "properties that are a page": (pdf(trailer=b"<</Root 1 0 R/Info[3 0 R]>>"), READ),
    "properties in half letters": (pdf({7: b"<</Title<FEFFD800D800>/Author<FEFF00>>>"}, trailer=b"<</Root 1 0 R/Info 7 0 R>>"), READ),
    "a title of a megabyte": (
        pdf({7: b"<</Title(%s)/Author(%s)>>" % (b"a " * 500_000, b"x; " * 300_000)}, trailer=b"<</Root 1 0 R/Info 7 0 R>>"),
        READ,
    ),
    "an unknown encryption": (pdf(trailer=b"<</Root 1 0 R/Encrypt<</Filter/Own/V 9/R 9/Length 7>>>>"), REFUSED),
    "an odd key length": (pdf(trailer=b"<</Root 1 0 R/ID[()()]/Encrypt<</Filter/Standard/V 2/R 3/Length 999999/O()/U()/P 0>>>>"), REFUSED),
    "an encryption of wrong kinds": (pdf(trailer=b"<</Root 1 0 R/ID 5/Encrypt<</Filter/Standard/V(x)/R[]/O 1/U/P>>>>"), REFUSED),
    "an encryption that is null": (pdf(trailer=b"<</Root 1 0 R/Encrypt null>>"), None),
    "cross-references in a ring": (pdf().replace(b"<</Root 1 0 R", b"<</Prev %d/Root 1 0 R" % pdf().index(b"xref")), READ),
    "a place of the cross-references that lies": (pdf().replace(b"startxref\n", b"startxref\n9"), READ),
    "negative places": (pdf(trailer=b"<</Root 1 0 R/Prev -5/XRefStm -9>>"), None),
    "a table of billions": (pdf().replace(b"xref\n", b"xref\n0 2000000000\n", 1), None),
    "an object stream in itself": (pdf({7: stream(b"7 0 8 5 <<>> <<>>", b"/Type/ObjStm/N 2/First 8/Extends 7 0 R"), 6: b"8 0 R"}), None),
    "an object stream that lies": (pdf({7: stream(b"1 0 2 0", b"/Type/ObjStm/N 1000000000/First -5")}), READ),
    "no xref and an object stream that lies": (pdf({7: stream(b"1 0 2 0", b"/Type/ObjStm/N 1000000000/First 8")}).split(b"xref")[0], None),
    "a form to fill in": (
        pdf({1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</XFA[(a)7 0 R]/Fields[7 0 R]>>>>", 7: b"<</Kids[7 0 R]/Parent 7 0 R>>"}),
        READ,
    ),
    "a portfolio": (
        pdf({1: b"<</Type/Catalog/Pages 2 0 R/Collection<</View/D>>/Names<</EmbeddedFiles 7 0 R>>>>", 7: b"<</Kids[7 0 R]>>"}),
        READ,
    ),
    "an outline in a ring": (pdf({1: b"<</Type/Catalog/Pages 2 0 R/Outlines 7 0 R>>", 7: b"<</First 7 0 R/Next 7 0 R/Last 7 0 R>>"}), READ),
    "names of a megabyte": (pdf({6: b"<</Font<</%s 5 0 R/F 5 0 R>>>>" % (b"n" * 1_000_000)}), None),
    "names in UTF-16": (pdf({6: b"<</Font<</\xfe\xff\0F 5 0 R/F 5 0 R>>>>"}), READ),
    "many objects": (pdf({**{100 + n: b"<<>>" for n in range(30_000)}}), READ),
    "many objects and no table": (pdf({**{100 + n: b"<<>>" for n in range(30_000)}}).split(b"xref")[0], REFUSED),
    "an unfinished update": (pdf() + b"3 0 obj\n<</Type/Page/Par", READ),
    "an update that takes the page away": (
        pdf() + b"3 0 obj\nnull\nendobj\nxref\n3 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Prev 5>>\nstartxref\n9\n%%EOF",
        None,
    ),
    "actual text of a megabyte": (pdf({4: stream(b"/Span<</ActualText(%s)>>BDC " % (b"x" * 1_000_000) + WORDS + b" EMC")}), READ),
    "marked content in itself": (pdf({4: stream(b"/Span<</ActualText(x)>>BDC " * 50_000 + WORDS + b" EMC" * 50_000)}), READ),
    "properties of marked content that loop": (
        pdf({6: b"<</Font<</F 5 0 R>>/Properties<</P 7 0 R>>>>", 7: b"7 0 R", 4: stream(b"/S /P BDC " + WORDS + b" EMC")}),
        None,
    ),
    "a page of ten thousand lines": (
        pdf({4: stream(b"".join(b"BT /F 1 Tf 9 %d Td (It rained.) Tj ET " % n for n in range(10_000)))}),
        None,
    ),
    "ten thousand scattered letters": (
        pdf({4: stream(b"".join(b"BT /F 9 Tf %d %d Td (x) Tj ET " % (n * 7919 % 599, n * 104729 % 797) for n in range(10_000)))}),
        None,
    ),
    "two thousand letters in one row": (
        pdf({4: stream(b"".join(b"BT /F 9 Tf %d 9 Td (x) Tj ET " % (n * 50) for n in range(2_000)))}),
        None,
    ),
    "twenty thousand large initials": (
        pdf({4: stream(b"".join(b"BT /F %d Tf %d %d Td (X) Tj ET " % (20 - 15 * (n % 2), n % 500, n * 31 % 797) for n in range(20_000)))}),
        None,
    ),
    "four hundred columns": (
        pdf({4: stream(b"".join(b"BT /F 1 Tf %d %d Td (word and word) Tj ET " % (n % 400 * 9, n // 400 * 2) for n in range(12_000)))}),
        None,
    ),
}


@pytest.mark.parametrize("name", BODY)
def test_a_hostile_file_is_read_or_refused(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What can be read is read; the rest is refused with a reason; nothing hangs, explodes, prints or raises anything else."""
    content, expected = BODY[name]
    path = tmp_path / "hostile.pdf"
    path.write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert complaint(path, seconds=15.0) == ""
    assert capfd.readouterr() == ("", "")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1000 * _MEGABYTES
    if expected:
        assert expected in text(path)


def text(path: Path) -> str:
    try:
        (found,) = readers()[".pdf"].read(path, path.name)
    except UnreadableDocument as error:
        return error.reason
    assert isinstance(found, Reading)
    return found.document.text
