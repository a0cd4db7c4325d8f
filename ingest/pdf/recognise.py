"""
The text of a page's image, line by line, with its place: optical character recognition (OCR) through rapidocr.

The models come with the package and run on the processor; nothing is looked up and nothing is written. They are opened once a process,
at the first image. A page that lies on its side or on its head is turned first.

It needs the extra `footnoted[ocr]`, whose packages are imported late.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    GreyImage: TypeAlias = npt.NDArray[np.uint8]  # (height, width), 0 is black

INSTALL = "python -m pip install rapidocr onnxruntime"  # the extra `ocr`, whatever this program was installed from
MAX_SIDE_PIXELS = 2000  # of the longer side; rapidocr makes larger images smaller. An A4 page then has 171 dots an inch

_PACKAGES = ("rapidocr", "onnxruntime", "pypdfium2", "PIL")
_THREADS = 2  # more gain little: a line is a small picture
_UPRIGHT_SCORE = 0.85  # lines that stand on their head score .5 to .7, others .95 and more
_TALL = 1.5  # times as high as wide: a line that runs up or down
_NUMBER_LENGTH = 3
_MIN_CONTRAST = 24  # of 255, between paper and ink: what has less is an empty page

Point: TypeAlias = tuple[float, float]  # pixels to the right and down


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A line of an image: part of one column of it."""

    text: str
    corners: tuple[Point, Point, Point, Point]  # of its box: upper left, upper right, lower right, lower left, as it is read
    score: float  # 0..1: how sure the model is of its letters, on average
    places: tuple[float, ...] = ()  # about where each of its letters has its middle, spaces aside, in pixels; () where that is not known


@dataclass(frozen=True, slots=True)
class RecognisedImage:
    """An image, turned so that its lines run from left to right, and those lines from top to bottom."""

    image: GreyImage
    lines: tuple[RecognisedLine, ...]

    @property
    def score(self) -> float:
        """The mean score of its letters; 0 without any."""
        letters = sum(len(line.text) for line in self.lines)
        return sum(len(line.text) * line.score for line in self.lines) / letters if letters else 0.0


def is_installed() -> bool:
    """Whether the packages of the extra are there, and load."""
    try:
        for package in _PACKAGES:
            importlib.import_module(package)
    except ImportError:  # also that of a system library they need
        return False
    return bool(_models())


def recognise(image: GreyImage) -> RecognisedImage:
    """The lines of an image; a blank one has none. Raises ValueError for what the model cannot take."""
    import numpy as np

    if int(np.percentile(image, 99.9)) - int(image.min()) < _MIN_CONTRAST:
        return RecognisedImage(image, ())
    upright = RecognisedImage(image, _lines(image))
    if not upright.lines or (upright.score >= _UPRIGHT_SCORE and not _is_on_its_side(upright.lines)):
        return upright
    quarters = (1, 3) if _is_on_its_side(upright.lines) else (2,)
    turned = [RecognisedImage(other, _lines(other)) for other in (np.ascontiguousarray(np.rot90(image, turn)) for turn in quarters)]
    return max((upright, *turned), key=lambda one: one.score * (not _is_on_its_side(one.lines)))


def runs_up_or_down(line: RecognisedLine) -> bool:
    """Whether a line, of more letters than a page number, is far higher than wide."""
    (x0, y0), _, (x1, y1), _ = line.corners
    return len(line.text) > _NUMBER_LENGTH and abs(y1 - y0) > _TALL * abs(x1 - x0)


def _is_on_its_side(lines: Iterable[RecognisedLine]) -> bool:
    """Whether most letters stand in lines that run up or down."""
    return sum(len(line.text) * (1 if runs_up_or_down(line) else -1) for line in lines) > 0


def _lines(image: GreyImage) -> tuple[RecognisedLine, ...]:
    import numpy as np

    coloured = np.repeat(image[:, :, np.newaxis], 3, axis=2)
    try:
        try:
            found = _engine()(coloured, return_word_box=True, return_single_char_box=True)
        except (IndexError, ValueError):  # of the arithmetic for the letters' boxes, in lines as short as a dot
            found = _engine()(coloured, return_word_box=False, return_single_char_box=False)
    except Exception as error:  # its parts raise errors of their own, of several libraries
        raise ValueError(f"an image of {image.shape} pixels cannot be read ({type(error).__name__})") from error
    if found.boxes is None or found.txts is None:
        return ()
    letters = [letter for line in found.word_results or () for letter in line or () if isinstance(letter, tuple)]
    return tuple(_line(box, text, float(score), letters) for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True))


def _line(box: Any, text: str, score: float, letters: list[Any]) -> RecognisedLine:
    """A line, with the places of its letters, which stand first in the list and are taken from it."""
    corners = (_point(box[0]), _point(box[1]), _point(box[2]), _point(box[3]))
    own = "".join(text.split())
    if "".join(str(letter[0]) for letter in letters[: len(own)]) != own:
        return RecognisedLine(text, corners, score)
    middles = tuple(sum(_point(corner)[0] for corner in letter[2]) / len(letter[2]) for letter in letters[: len(own)])
    del letters[: len(own)]
    return RecognisedLine(text, corners, score, middles)


def _point(corner: Any) -> Point:
    return float(corner[0]), float(corner[1])


@cache
def _engine() -> Callable[..., Any]:
    """The engine with the models it carries, silent."""
    from rapidocr import RapidOCR

    engine: Callable[..., Any] = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": 0.0,  # what is hard to read is said to be so, not left out
            "Global.use_cls": False,  # it turns single lines by mistake (3 of 150 of the typeset brief); pages are turned here instead
            "Global.max_side_len": MAX_SIDE_PIXELS,
            "Rec.rec_batch_num": 1,  # lines of one length only: no slower than 6 on two cores
            "EngineConfig.onnxruntime.intra_op_num_threads": min(_THREADS, os.cpu_count() or 1),
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            **_models(),
        }
    )
    return engine


def _models() -> dict[str, str]:
    """Where the package has its models, so that it looks nowhere else; {} where one is missing (a version without them)."""
    package = importlib.import_module("rapidocr").__file__
    folder = Path(package or "").parent / "models"
    found = {f"{part}.model_path": next(iter(sorted(folder.glob(f"*_{part.lower()}_*.onnx"))), None) for part in ("Det", "Rec", "Cls")}
    return {key: str(path) for key, path in found.items() if path} if all(found.values()) else {}
