"""
A page of a PDF as an image, and where on it each letter stands. This runs as a program of its own: pdfium is not written in Python, and a
file made to harm it would end the page for everybody.

    main    a job in on standard input, a page out on standard output, until the input ends
"""

from __future__ import annotations

import hashlib
import os
import sys
from array import array
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec

from chat.facsimile.letters import letters_of
from index.confined import MEMORY_STATUS, jobs

_WIDTH, _HEIGHT = 1200, 1800  # pixels at most: twice the pane on a wide screen, three times a phone's
_MOST_PIXELS_A_POINT = 4
_MANY_BYTES = 1_000_000  # a PNG from which on the page is a photograph, and becomes a JPEG
_MOST_CHARACTERS = 60_000  # of a page; a dense one has 8,000
_UNIT = 1_000_000  # of a page's side, for pdfium counts in whole pixels


class Job(msgspec.Struct, frozen=True):
    """Draw this page of this file, if it still is the file it was."""

    path: bytes
    sha256: str
    number: int  # from 1


class Drawn(msgspec.Struct, frozen=True):
    """A page, or why there is none."""

    image: bytes = b""
    media_type: str = ""  # of the image
    width: int = 0  # pixels
    height: int = 0
    letters: str = ""  # as `letters_of` gives them, in the order of the file
    boxes: bytes = b""  # of each letter: left, top, right, bottom as 32-bit floats, in shares of the page from its upper left corner
    problem: str = ""

    @property
    def corners(self) -> array[float]:
        """The boxes as numbers, four for each letter."""
        return array("f", self.boxes)


def main() -> int:
    """Draw pages until standard input ends. Arguments: seconds and megabytes allowed."""
    decoder = msgspec.msgpack.Decoder(Job)
    files = _Files()
    for content, send in jobs(sys.argv[1:3]):
        try:
            drawn = _draw(files, decoder.decode(content))
        except MemoryError:
            os._exit(MEMORY_STATUS)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a page costs its image
            drawn = Drawn(problem=f"{type(error).__name__}: {error}")
        send(msgspec.msgpack.encode(drawn))
    return 0


class _Files:
    """The file drawn from last, kept open."""

    def __init__(self) -> None:
        self._known: tuple[object, ...] = ()
        self._file: Any = None

    def open(self, path: Path, sha256: str) -> Any:
        """The file as pdfium sees it. Raises ValueError when it is another file by now, and what pdfium raises."""
        import pypdfium2

        stat = path.stat()
        known = (path, sha256, stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if known != self._known:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    raise ValueError("the file was changed")
            self._known, self._file = (), None
            self._file = pypdfium2.PdfDocument(path)
            self._known = known
        return self._file


def _draw(files: _Files, job: Job) -> Drawn:
    page = files.open(Path(os.fsdecode(job.path)), job.sha256)[job.number - 1]
    try:
        width, height = (max(side, 1.0) for side in page.get_size())
        bitmap = page.render(scale=min(_WIDTH / width, _HEIGHT / height, _MOST_PIXELS_A_POINT))
        media_type, image = _encoded(bitmap)
        letters, boxes = _letters(page)
        return Drawn(image, media_type, bitmap.width, bitmap.height, letters, boxes.tobytes())
    finally:
        page.close()


def _encoded(bitmap: Any) -> tuple[str, bytes]:
    pixels = bitmap.to_numpy()
    picture = bitmap.to_pil().convert("RGB")
    if (pixels[..., :1] == pixels[..., 1:3]).all():
        picture = picture.convert("L")
    out = BytesIO()
    picture.save(out, "PNG", compress_level=6)
    if out.tell() <= _MANY_BYTES:
        return "image/png", out.getvalue()
    out = BytesIO()
    picture.save(out, "JPEG", quality=85)
    return "image/jpeg", out.getvalue()


def _letters(page: Any) -> tuple[str, array[float]]:
    """The letters that can be seen on a page, and their boxes."""
    place = _placing(page)
    characters, boxes = [], []
    for character, (left, bottom, right, top) in _characters(page):
        (x, y), (other_x, other_y) = place(left, bottom), place(right, top)
        box = (min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y))
        inside = 0 <= box[0] + box[2] <= 2 and 0 <= box[1] + box[3] <= 2  # its middle
        if inside and box[0] < box[2] and box[1] < box[3]:
            characters.append(character)
            boxes.append(box)
    letters, places = letters_of(characters)
    return letters, array("f", [corner for place in places for corner in boxes[place]])


def _characters(page: Any) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Each character with its box in the page's own units: left, bottom, right, top. Signs beyond U+FFFF come in two halves."""
    from ctypes import c_double

    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    try:
        corners = [c_double() for _ in range(4)]
        half = 0
        for row in range(min(text.count_chars(), _MOST_CHARACTERS)):
            code = pdfium.FPDFText_GetUnicode(text, row)
            if 0xD800 <= code < 0xDC00:
                half = code
                continue
            if 0xDC00 <= code < 0xE000 and half:
                code = 0x10000 + ((half - 0xD800) << 10) + (code - 0xDC00)
            half = 0
            known = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000
            if known and pdfium.FPDFText_GetCharBox(text, row, *corners):
                left, right, bottom, top = (corner.value for corner in corners)
                yield chr(code), (left, bottom, right, top)
    finally:
        text.close()


def _placing(page: Any) -> Callable[[float, float], tuple[float, float]]:
    """From the page's own units to shares of its width and height as it is seen: turned, cut, and from the top."""
    from ctypes import c_int

    import pypdfium2.raw as pdfium

    x, y = c_int(), c_int()

    def seen(left: float, bottom: float) -> tuple[float, float]:
        pdfium.FPDF_PageToDevice(page, 0, 0, _UNIT, _UNIT, 0, left, bottom, x, y)
        return x.value / _UNIT, y.value / _UNIT

    far = 1000.0
    (x0, y0), (x1, y1), (x2, y2) = seen(0, 0), seen(far, 0), seen(0, far)

    def place(left: float, bottom: float) -> tuple[float, float]:
        across, up = left / far, bottom / far
        return x0 + across * (x1 - x0) + up * (x2 - x0), y0 + across * (y1 - y0) + up * (y2 - y0)

    return place


if __name__ == "__main__":
    sys.exit(main())
