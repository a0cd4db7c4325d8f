"""
One PDF page to text fragments with their place, size and face, through pypdf's content streams.

pypdf's own `extract_text` gives strings without their widths, and a word's end is what tells a space from a kern, a column from a
column. So the page's operators are followed here; fonts (encodings, character maps, widths) stay pypdf's work.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ingest.pdf.faces import PLAIN, Face, Faces, dictionary_in, load_face, number_in
from ingest.pdf.layout import Fragment
from ingest.pdf.operators import MAX_TOKENS, DamagedContent, operations

if TYPE_CHECKING:
    from pypdf import PageObject
    from pypdf.generic import DictionaryObject

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
_SMALL_SIZE, _SMALL_RISE = 0.6, 0.35  # how such a figure looks, in font sizes


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
            walk.follow(content, dictionary_in(page.get_inherited("/Resources")), IDENTITY, depth=0)
        except DamagedContent as error:
            if damage is None or not walk.drawn:
                raise
            damage.append(str(error))
    return _turned(walk.drawn)


@dataclass(slots=True)
class _State:
    """What `q` saves and `Q` brings back."""

    matrix: Matrix = IDENTITY
    face: Face | None = None
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
                    state.size = number_in(size)
                case b"Tc", [gap, *_]:
                    state.character_gap = number_in(gap)
                case b"Tw", [gap, *_]:
                    state.word_gap = number_in(gap)
                case b"Tz", [stretch, *_]:
                    state.stretch = number_in(stretch) / 100
                case b"TL", [leading, *_]:
                    state.leading = number_in(leading)
                case b"Ts", [rise, *_]:
                    state.rise = number_in(rise)
                case b"Td", [x, y, *_]:
                    line = text = _times((1, 0, 0, 1, number_in(x), number_in(y)), line)
                case b"TD", [x, y, *_]:
                    state.leading = -number_in(y)
                    line = text = _times((1, 0, 0, 1, number_in(x), number_in(y)), line)
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
                    state.word_gap = number_in(word_gap)
                    state.character_gap = number_in(character_gap)
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

    def _keep(self, words: str, state: _State, face: Face, before: Matrix, after: Matrix, *, superior: bool) -> None:
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
            text=actual.translate(PLAIN),
            x0=min(part.fragment.x0 for part in said),
            x1=max(part.fragment.x1 for part in said),
        )
        self.drawn[first:] = [_Drawn(whole, said[0].turn)]

    def _draw_form(self, resources: DictionaryObject, name: Any, matrix: Matrix, depth: int) -> None:
        from pypdf.generic import ContentStream

        form = dictionary_in(dictionary_in(resources.get("/XObject")).get(name))
        if form.get("/Subtype") != "/Form" or depth >= MAX_FORM_DEPTH or self.forms >= MAX_FORMS:
            return
        self.forms += 1
        own = form.get("/Matrix")
        placed = own.get_object() if own is not None else None
        matrix = _times(_matrix(placed), matrix) if isinstance(placed, list) and len(placed) == 6 else matrix
        self.follow(
            ContentStream(form, self.reader).get_data(), dictionary_in(form.get("/Resources")) or resources, matrix, depth=depth + 1
        )

    def _face(self, resources: DictionaryObject, name: Any) -> Face | None:
        resource = dictionary_in(dictionary_in(resources.get("/Font")).get(name))
        if not resource:
            return None
        if id(resource) not in self.faces:
            self.faces[id(resource)] = (resource, load_face(resource))
        return self.faces[id(resource)][1]


def _actual_text(properties: Any, resources: DictionaryObject) -> str | None:
    if isinstance(properties, str):
        properties = dictionary_in(resources.get("/Properties")).get(properties)
    said = dictionary_in(properties).get("/ActualText")
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
    a, b, c, d, e, f = (number_in(operand) for operand in operands)
    return a, b, c, d, e, f
