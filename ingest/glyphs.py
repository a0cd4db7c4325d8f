"""
One PDF page to text fragments with their place, size and face, through pypdf's content streams.

pypdf's own `extract_text` gives strings without their widths, and a word's end is what tells a space from a kern, a column from a
column. So the page's operators are followed here; fonts (encodings, character maps, widths) stay pypdf's work.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ingest.layout import LOST, Fragment, is_right_to_left
from ingest.operators import MAX_TOKENS, DamagedContent, operations

if TYPE_CHECKING:
    from pypdf import PageObject
    from pypdf.generic import DictionaryObject
    from pypdf.generic._font import Font

Matrix = tuple[float, float, float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
MAX_FORM_DEPTH = 12  # forms inside forms; deeper ones are not followed
MAX_FORMS = 1000  # forms drawn on one page; more are not followed
MAX_CONTENT = 30_000_000  # bytes of content on one page, forms as often as they are drawn; a large map has 10 MB
MAX_FRAGMENTS = 50_000  # on one page; a newspaper's has 10,000
MAX_CHARACTERS = 500_000  # on one page; a newspaper's has 50,000
MAX_PLACE = 1e6  # points from the origin; what is drawn farther out is on no page (PDF 32000-1, annex C: 14,400)
MAX_TILT = 0.05  # sine of the angle from a quarter turn beyond which text is a stamp across the page, and not read

_KERN = 50  # thousandths of the font size: wider may be a space
_SMALL_DIGIT = 0.8  # of the width of the same digit in the same font: a superior figure, drawn as a glyph of its own
_SMALL_SIZE, _SMALL_RISE = 0.6, 0.35  # how such a figure looks, in font sizes

_PLAIN: dict[int, str | None] = {code: None for code in range(32) if not chr(code).isspace()}
# Ligatures are one glyph for several letters; zero-width characters stand for nothing, those of private use for
# what nobody can know: they are all one here, to be counted and left out in `ingest.layout`.
_PLAIN |= {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_PLAIN |= dict.fromkeys((0x200B, 0x2060, 0xFEFF), None) | dict.fromkeys(range(0xE000, 0xF900), LOST)
_PLAIN |= {0xF0B7: "•", 0xF0A7: "•", 0xF06C: "•", 0xF076: "•"}  # the dots of Symbol and Wingdings
_PLAIN |= {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}  # fonts that map to Windows' codes


Faces = dict[
    int, tuple[Any, "_Face"]
]  # the fonts of a document by identity; each is kept with its face, so that its identity stays its own


def fragments(page: PageObject, faces: Faces | None = None, damage: list[str] | None = None) -> list[Fragment]:
    """
    The text of a page, fragment by fragment, in the order it is drawn, turned so that most of it reads from left to right.

    Fonts that stand in `faces` are not loaded again: give it to all pages of a document. Where the page cannot be followed to its end,
    `damage` says why, and what stands before is given.
    """
    from pypdf.generic import ContentStream

    walk = _Walk(page.pdf, {} if faces is None else faces)
    contents = page.get("/Contents")
    if contents is not None:
        content = ContentStream(contents.get_object(), page.pdf).get_data()
        try:
            walk.follow(content, _dictionary(page.get_inherited("/Resources")), IDENTITY, depth=0)
        except DamagedContent as error:
            if damage is None or not walk.drawn:
                raise
            damage.append(str(error))
    return _turned(walk.drawn)


class _Letters(dict[str, str]):
    """What each code of a font stands for, in the order of drawing; looked up once."""

    def __init__(self, font: Font) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, code: str) -> str:
        """The text of a code that was not asked for yet."""
        encoding = self._font.encoding
        letter = code if isinstance(encoding, str) else encoding.get(ord(code), code)
        self[code] = _visual(str(self._font.character_map.get(letter, letter))).translate(_PLAIN)
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
        self[code] = _number(width) * self._scale
        return self[code]


@dataclass(frozen=True, slots=True)
class _Face:
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


@dataclass(slots=True)
class _State:
    """What `q` saves and `Q` brings back."""

    matrix: Matrix = IDENTITY
    face: _Face | None = None
    size: float = 0.0
    character_gap: float = 0.0
    word_gap: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0

    def copy(self) -> _State:
        """The same, to be changed on its own; `dataclasses.replace` takes five times as long, and pages of drawings save often."""
        return _State(self.matrix, self.face, self.size, self.character_gap, self.word_gap, self.stretch, self.leading, self.rise)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A fragment before the page is turned."""

    fragment: Fragment
    turn: int | None  # quarter turns against the clock; None for text that stands askew


@dataclass(slots=True)
class _Walk:
    """The state of a walk over a page's operators."""

    reader: Any
    faces: Faces
    drawn: list[_Drawn] = field(default_factory=list)
    forms: int = 0
    bytes_left: int = MAX_CONTENT
    characters_left: int = MAX_CHARACTERS
    budget: Iterator[int] = field(default_factory=lambda: iter(range(MAX_TOKENS)))

    def follow(self, content: bytes, resources: DictionaryObject, matrix: Matrix, *, depth: int) -> None:
        """Follow one content stream, and the forms it draws."""
        self.bytes_left -= len(content)
        if self.bytes_left < 0:
            raise DamagedContent(f"more than {MAX_CONTENT:,} bytes of content")
        state = _State(matrix=matrix)
        saved: list[_State] = []
        line = text = IDENTITY  # the text line matrix, and the text matrix
        spoken: list[tuple[str | None, int]] = []  # marked content: its actual text, and the fragments drawn before it
        for operands, operator in operations(content, self.budget):
            match operator, operands:
                case b"q", _:
                    saved.append(state.copy())
                case b"Q", _:
                    state = saved.pop() if saved else state
                case b"cm", [_, _, _, _, _, _]:
                    state.matrix = _times(_matrix(operands), state.matrix)
                case b"BT", _:
                    line = text = IDENTITY
                case b"Tf", [name, size, *_]:
                    state.face = self._face(resources, name)
                    state.size = _number(size)
                case b"Tc", [gap, *_]:
                    state.character_gap = _number(gap)
                case b"Tw", [gap, *_]:
                    state.word_gap = _number(gap)
                case b"Tz", [stretch, *_]:
                    state.stretch = _number(stretch) / 100
                case b"TL", [leading, *_]:
                    state.leading = _number(leading)
                case b"Ts", [rise, *_]:
                    state.rise = _number(rise)
                case b"Td", [x, y, *_]:
                    line = text = _times((1, 0, 0, 1, _number(x), _number(y)), line)
                case b"TD", [x, y, *_]:
                    state.leading = -_number(y)
                    line = text = _times((1, 0, 0, 1, _number(x), _number(y)), line)
                case b"Tm", [_, _, _, _, _, _]:
                    line = text = _matrix(operands)
                case b"T*", _:
                    line = text = _times((1, 0, 0, 1, 0, -state.leading), line)
                case b"Tj", [shown, *_]:
                    text = self._show([shown], state, text)
                case b"TJ", [list() as shown, *_]:
                    text = self._show(shown, state, text)
                case b"'", [shown, *_]:
                    line = _times((1, 0, 0, 1, 0, -state.leading), line)
                    text = self._show([shown], state, line)
                case b'"', [word_gap, character_gap, shown, *_]:
                    state.word_gap = _number(word_gap)
                    state.character_gap = _number(character_gap)
                    line = _times((1, 0, 0, 1, 0, -state.leading), line)
                    text = self._show([shown], state, line)
                case b"Do", [name, *_]:
                    self._draw_form(resources, name, state.matrix, depth)
                case (b"BDC", [_, properties, *_]):
                    spoken.append((_actual_text(properties, resources), len(self.drawn)))
                case b"BMC", _:
                    spoken.append((None, len(self.drawn)))
                case b"EMC", _ if spoken:
                    self._speak(*spoken.pop())

    def _show(self, shown: Iterable[Any], state: _State, text: Matrix) -> Matrix:
        """
        Draw the strings of one operator; the text matrix after them.

        Strings of one word with a kern between them are one fragment.
        """
        face = state.face
        if face is None:
            return text
        space = face.font.space_char if len(face.font.space_char) == 1 else None
        words, before = "", text  # of the fragment in the making
        for part in shown:
            if isinstance(part, float):
                if abs(part) > _KERN or face.height != 1:
                    self._keep(words, state, face, before, text, superior=False)
                    words = ""
                text = _moved(text, -part / 1000 * state.size * state.stretch)
                continue
            if not isinstance(part, bytes):
                continue
            for superior, codes in face.runs(face.codes(part)):
                width = sum(map(face.widths.__getitem__, codes)) / 1000 * state.size
                width += len(codes) * state.character_gap
                width += codes.count(space) * state.word_gap if space else 0
                letters = "".join(map(face.letters.__getitem__, codes))
                after = _moved(text, width * state.stretch)
                if words and letters and not (superior or words[-1].isspace() or letters[0].isspace()):
                    words += letters
                else:
                    self._keep(words, state, face, before, text, superior=False)
                    words, before = letters, text
                if superior:
                    self._keep(words, state, face, before, after, superior=True)
                    words = ""
                text = after
        self._keep(words, state, face, before, text, superior=False)
        return text

    def _keep(self, words: str, state: _State, face: _Face, before: Matrix, after: Matrix, *, superior: bool) -> None:
        if not words or not face.font.interpretable:
            return
        self.characters_left -= len(words)
        if self.characters_left < 0 or len(self.drawn) >= MAX_FRAGMENTS:
            raise DamagedContent("more words than a page can hold")
        rise = state.rise + (_SMALL_RISE * state.size if superior else 0)
        start = _times(_moved(before, 0, rise), state.matrix)
        end = _times(_moved(after, 0, rise), state.matrix)
        size = math.hypot(start[2], start[3]) * abs(state.size) * face.height * (_SMALL_SIZE if superior else 1)
        if not all(abs(value) < MAX_PLACE for value in (*start, *end, size)) or size <= 0:  # also false for what is no number
            return
        turn = _quarter_turns(start)
        x0, y = _turn(start[4], start[5], turn or 0)
        x1, _ = _turn(end[4], end[5], turn or 0)
        self.drawn.append(_Drawn(Fragment(words, min(x0, x1), max(x0, x1), y, size, face.bold, face.italic), turn))

    def _speak(self, actual: str | None, first: int) -> None:
        """Put the actual text of marked content, such as a soft hyphen, in place of the glyphs, where these stand on one line."""
        said = self.drawn[first:]
        if not actual or not said or any(abs(part.fragment.y - said[0].fragment.y) > said[0].fragment.size / 2 for part in said):
            return
        whole = replace(
            said[0].fragment,
            text=actual.translate(_PLAIN),
            x0=min(part.fragment.x0 for part in said),
            x1=max(part.fragment.x1 for part in said),
        )
        self.drawn[first:] = [_Drawn(whole, said[0].turn)]

    def _draw_form(self, resources: DictionaryObject, name: Any, matrix: Matrix, depth: int) -> None:
        from pypdf.generic import ContentStream

        form = _dictionary(_dictionary(resources.get("/XObject")).get(name))
        if form.get("/Subtype") != "/Form" or depth >= MAX_FORM_DEPTH or self.forms >= MAX_FORMS:
            return
        self.forms += 1
        own = form.get("/Matrix")
        placed = own.get_object() if own is not None else None
        matrix = _times(_matrix(placed), matrix) if isinstance(placed, list) and len(placed) == 6 else matrix
        self.follow(ContentStream(form, self.reader).get_data(), _dictionary(form.get("/Resources")) or resources, matrix, depth=depth + 1)

    def _face(self, resources: DictionaryObject, name: Any) -> _Face | None:
        resource = _dictionary(_dictionary(resources.get("/Font")).get(name))
        if not resource:
            return None
        if id(resource) not in self.faces:
            self.faces[id(resource)] = (resource, _load_face(resource))
        return self.faces[id(resource)][1]


def _load_face(resource: DictionaryObject) -> _Face:
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
            across, up = (abs(_number(units.get_object()[row])) for row in (0, 3))
            scale = across * 1000
            height = up * (box[3] - box[1]) if box[3] > box[1] else up * 1000
    return _Face(font, height, bold, italic, _superior(font), _Letters(font), _Widths(font, scale))


def _superior(font: Font) -> frozenset[str]:
    """The codes of digits that are much narrower than another glyph of the font for the same digit."""
    widths: dict[str, dict[str, float]] = {}
    if isinstance(font.encoding, str):
        codes = {str(code): str(digit) for code, digit in font.character_map.items()}
    else:
        codes = {chr(code): str(font.character_map.get(letter, letter)) for code, letter in font.encoding.items()}
    for code, digit in codes.items():
        if len(digit) == 1 and digit in "0123456789" and code in font.character_widths:
            widths.setdefault(digit, {})[code] = _number(font.character_widths[code])
    return frozenset(code for same in widths.values() for code, width in same.items() if 0 < width < _SMALL_DIGIT * max(same.values()))


def _actual_text(properties: Any, resources: DictionaryObject) -> str | None:
    if isinstance(properties, str):
        properties = _dictionary(resources.get("/Properties")).get(properties)
    said = _dictionary(properties).get("/ActualText")
    return str(said) if isinstance(said, str) else None


def _turned(drawn: list[_Drawn]) -> list[Fragment]:
    """The fragments of the direction in which most letters run, then those of the others; text askew, a watermark, is left out."""
    letters = {turn: sum(len(part.fragment.text.strip()) for part in drawn if part.turn == turn) for turn in range(4)}
    first, *others = sorted(letters, key=lambda turn: -letters[turn])
    found = [one.fragment for one in drawn if one.turn == first]
    x0, x1 = min((one.x0 for one in found), default=0.0), max((one.x1 for one in found), default=0.0)
    for turn in others:
        part = [one.fragment for one in drawn if one.turn == turn]
        if found and part:  # below what is there, so that it is read after it
            shift = min(one.y for one in found) - max(one.y for one in part) - 4 * max(one.size for one in part)
            places = [_turn(*_turn(one.x0, one.y, -turn % 4), first)[0] for one in part]
            part = [
                replace(one, y=one.y + shift, turned=True, in_margin=not x0 - one.size < place < x1 + one.size)
                for one, place in zip(part, places, strict=True)
            ]
        found += part
    return found


def _quarter_turns(matrix: Matrix) -> int | None:
    length = math.hypot(matrix[0], matrix[1])
    if not length:
        return None
    across, up = matrix[0] / length, matrix[1] / length
    if min(abs(across), abs(up)) > MAX_TILT:
        return None
    return (0 if across > 0 else 2) if abs(across) > abs(up) else (1 if up > 0 else 3)


def _turn(x: float, y: float, turn: int) -> tuple[float, float]:
    """A point after the page was turned back by so many quarters."""
    return ((x, y), (y, -x), (-x, -y), (-y, x))[turn]


def _moved(matrix: Matrix, x: float, y: float = 0.0) -> Matrix:
    """The matrix after a move in its own units."""
    a, b, c, d, e, f = matrix
    return a, b, c, d, x * a + y * c + e, x * b + y * d + f


def _times(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that does the first and then the other (PDF 32000-1, 8.3.4)."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _matrix(operands: Iterable[Any]) -> Matrix:
    a, b, c, d, e, f = (_number(operand) for operand in operands)
    return a, b, c, d, e, f


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _dictionary(value: Any) -> DictionaryObject:
    from pypdf.generic import DictionaryObject

    found = value.get_object() if hasattr(value, "get_object") else value
    return found if isinstance(found, DictionaryObject) else DictionaryObject()
