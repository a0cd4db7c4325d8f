"""
A PDF's fonts as far as text needs them: what each code stands for, how wide it is, and how the font looks.

Encodings, character maps and widths are pypdf's work; what is looked up is kept, for a page asks for the same letters thousands of times.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ingest.pdf.layout import LOST, is_right_to_left

if TYPE_CHECKING:
    from pypdf.generic import DictionaryObject
    from pypdf.generic._font import Font

_SMALL_DIGIT = 0.8  # of the width of the same digit in the same font: a superior figure, drawn as a glyph of its own

PLAIN: dict[int, str | None] = {code: None for code in range(32) if not chr(code).isspace()}
# Ligatures are one glyph for several letters; zero-width characters stand for nothing, those of private use for
# what nobody can know: they are all one here, to be counted and left out in `ingest.pdf.layout`.
PLAIN |= {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
PLAIN |= dict.fromkeys((0x200B, 0x2060, 0xFEFF), None) | dict.fromkeys(range(0xE000, 0xF900), LOST)
PLAIN |= {0xF0B7: "•", 0xF0A7: "•", 0xF06C: "•", 0xF076: "•"}  # the dots of Symbol and Wingdings
PLAIN |= {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}  # fonts that map to Windows' codes

# The fonts of a document by identity; each is kept with its face, so that its identity stays its own.
Faces = dict[int, tuple[Any, "Face"]]


class _Letters(dict[str, str]):
    """What each code of a font stands for, in the order of drawing; looked up once."""

    def __init__(self, font: Font) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, code: str) -> str:
        """The text of a code that was not asked for yet."""
        encoding = self._font.encoding
        letter = code if isinstance(encoding, str) else encoding.get(ord(code), code)
        text = str(self._font.character_map.get(letter, letter))
        if self._font.sub_type == "Type3" and len(text) == 1 and "\x80" <= text <= "\x9f":
            text = LOST  # drawn letters with a code of their maker's: TeX's dagger is Windows' low quotation mark
        self[code] = _visual(text).translate(PLAIN)
        return self[code]


class _Widths(dict[str, float]):
    """The width of each code of a font in thousandths of its size; looked up once."""

    def __init__(self, font: Font, scale: float) -> None:
        super().__init__()
        self._font, self._scale = font, scale

    def __missing__(self, code: str) -> float:
        """The width of a code that was not asked for yet."""
        widths = self._font.character_widths
        width = self._font.space_width if code == self._font.space_char else widths.get(code, widths["default"])
        self[code] = number_in(width) * self._scale
        return self[code]


@dataclass(frozen=True, slots=True)
class Face:
    """A font as far as it is needed: its characters, their widths, and how it looks."""

    font: Font
    height: float  # of the letters' box, in font sizes; not 1.0 in Type 3 fonts only
    bold: bool
    italic: bool
    superior: frozenset[str]  # codes of digits that are drawn small and high
    letters: _Letters
    widths: _Widths

    def codes(self, shown: bytes) -> str:
        """The codes of a shown string, one character each."""
        encoding = self.font.encoding
        if not isinstance(encoding, str):
            return shown.decode("latin-1")
        try:
            return shown.decode(encoding, "surrogatepass")
        except UnicodeDecodeError:
            return shown.decode(encoding, "replace")

    def runs(self, codes: str) -> Iterable[tuple[bool, str]]:
        """The codes in runs of those that are drawn small and high, and of those that are not."""
        if self.superior.isdisjoint(codes):
            return ((False, codes),)
        return ((superior, "".join(run)) for superior, run in groupby(codes, key=self.superior.__contains__))


def _visual(text: str) -> str:
    """What one glyph stands for, in the order of drawing: from left to right, also where it is read the other way."""
    return text[::-1] if len(text) > 1 and is_right_to_left(text) else text


def load_face(resource: DictionaryObject) -> Face:
    """The face of a font resource."""
    from pypdf.generic._font import Font

    font = Font.from_font_resource(resource)
    look = f"{font.name} {font.font_descriptor.name} {font.font_descriptor.weight}".lower()
    bold = any(word in look for word in ("bold", "black", "heavy", "cmbx", "semibold", "demi"))
    italic = any(word in look for word in ("italic", "oblique", "cmti", "slanted"))
    scale = height = 1.0
    if font.sub_type == "Type3":
        units = resource.get("/FontMatrix")
        box = font.font_descriptor.bbox
        if units is not None and len(units.get_object()) == 6:
            across, up = (abs(number_in(units.get_object()[row])) for row in (0, 3))
            scale = across * 1000
            height = up * (box[3] - box[1]) if box[3] > box[1] else up * 1000
    return Face(font, height, bold, italic, _superior(font), _Letters(font), _Widths(font, scale))


def _superior(font: Font) -> frozenset[str]:
    """The codes of digits that are much narrower than another glyph of the font for the same digit."""
    widths: dict[str, dict[str, float]] = {}
    if isinstance(font.encoding, str):
        codes = {str(code): str(digit) for code, digit in font.character_map.items()}
    else:
        codes = {chr(code): str(font.character_map.get(letter, letter)) for code, letter in font.encoding.items()}
    for code, digit in codes.items():
        if len(digit) == 1 and digit in "0123456789" and code in font.character_widths:
            widths.setdefault(digit, {})[code] = number_in(font.character_widths[code])
    return frozenset(code for same in widths.values() for code, width in same.items() if 0 < width < _SMALL_DIGIT * max(same.values()))


def number_in(value: Any) -> float:
    """A PDF number; 0.0 for anything else."""
    return float(value) if isinstance(value, int | float) else 0.0


def dictionary_in(value: Any) -> DictionaryObject:
    """A PDF dictionary, also behind a reference; an empty one for anything else."""
    from pypdf.generic import DictionaryObject

    found = value.get_object() if hasattr(value, "get_object") else value
    return found if isinstance(found, DictionaryObject) else DictionaryObject()
