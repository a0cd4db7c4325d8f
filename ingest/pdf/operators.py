"""
A page's content stream to the operators that place and show text, with their operands.

pypdf parses content streams byte by byte into objects for writing them back; here one regular expression finds the tokens and passes over
drawing, several times as fast, and what is damaged costs no more than itself where the next operator can be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

MAX_TOKENS = 1_000_000  # of a page with its forms; one of dense print has 10,000

_TEXT = frozenset(b"q Q cm BT Tf Tc Tw Tz TL Ts Td TD Tm T* Tj TJ ' \" Do BDC BMC EMC".split())
_END = rb"(?=[\0\s()<>\[\]{}/%]|\Z)"
_TOKEN = re.compile(
    rb"""
      (?P<drawing>(?:(?:[+-.0-9]++[\0\s]++){0,40}+
        (?:[mlcvyhSsfFnwJjMiGgKk]|re|f\*|B\*?|b\*?|W\*?|ri|gs|CS|cs|SCN?|scn?|RG|rg|sh)%(end)s[\0\s]*+)++)
    | (?P<number>[+-.0-9]++)
    | (?P<string>\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*+\))*+\))
    | (?P<name>/[^\0\s()<>\[\]{}/%%]*+)
    | (?P<hexadecimal><[0-9A-Fa-f\0\s]*+>)
    | (?P<mark><<|>>|[\[\]])
    | (?P<open>\()
    | (?P<comment>%%[^\r\n]*+)
    | (?P<word>[^\0\s()<>\[\]{}/%%]++)
    """
    % {b"end": _END},
    re.VERBOSE | re.DOTALL,
)
_PARENTHESIS = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:[0-7]{1,3}|\r\n|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_IMAGE_DATA = re.compile(rb"[\0\s>\])]ID[\0\s]")
_IMAGE_END = re.compile(rb"EI(?=[\0\s]|\Z)(?=[\0\t\n\f\r -~]{0,20}(?:[\0\t\n\f\r -~]|\Z))")
_BLANK = bytes(range(33))


class DamagedContent(ValueError):
    """From here on it cannot be told what is text and what is not."""


def operations(data: bytes, budget: Iterator[int] | None = None) -> Iterator[tuple[list[Any], bytes]]:
    r"""
    Operands and operator, in order: numbers as float, strings as bytes, names with their slash, arrays as lists; a dictionary is None.

    Raises DamagedContent where a string or an inline image never ends, after all that stands before it, and where `budget`, from which
    each token takes one, is used up: it is the same for the streams of a page.

    >>> list(operations(b"BT /F1 9 Tf 0 0 5 5 re f [(a\\051) -20 <62>] TJ ET"))
    [([], b'BT'), (['/F1', 9.0], b'Tf'), ([[b'a)', -20.0, b'b']], b'TJ')]
    """
    position: int | None = 0
    budget = iter(range(MAX_TOKENS)) if budget is None else budget
    names: dict[bytes, str] = {}
    operands: list[Any] = []
    array: list[Any] | None = None
    depth = 0  # of dictionaries
    while position is not None:
        tokens = _TOKEN.finditer(data, position)
        position = None
        for _, token in zip(budget, tokens, strict=False):
            kind = token.lastgroup
            into = operands if array is None else array
            if depth and kind not in ("mark", "open", "word", "drawing"):
                continue
            if kind == "number":
                into.append(_number(token.group()))
            elif kind == "string":
                inner = token.group()[1:-1]
                into.append(_unescaped(inner) if b"\\" in inner else inner)
            elif kind == "drawing":
                operands, array, depth = [], None, 0
            elif kind == "word":
                word = token.group()
                if word in _TEXT:
                    if array is not None:  # never closed
                        operands.append(array)
                    yield operands, word
                elif word == b"BI":
                    position = _image_end(data, token.end())
                elif depth or array is not None:  # true, false, null, or the R of a reference
                    continue
                operands, array, depth = [], None, 0
                if position is not None:
                    break
            elif kind == "name":
                raw = token.group()
                if raw not in names:
                    names[raw] = _name(raw)
                into.append(names[raw])
            elif kind == "hexadecimal":
                into.append(_from_hexadecimal(token.group()[1:-1]))
            elif kind == "mark":
                mark = token.group()
                if mark == b"<<":
                    depth += 1
                elif mark == b">>":
                    depth -= bool(depth)
                    if not depth:
                        into.append(None)
                elif not depth and mark == b"[":
                    array = [] if array is None else array
                elif not depth and array is not None:
                    operands.append(array)
                    array = None
            elif kind == "open":  # a string with more than one pair of parentheses in one another
                end = _string_end(data, token.start())
                if not depth:
                    into.append(_unescaped(data[token.start() + 1 : end - 1]))
                position = end
                break
        else:
            if next(tokens, None) is not None:
                raise DamagedContent(f"more than {MAX_TOKENS:,} operands")


def _number(token: bytes) -> float:
    try:
        return float(token)
    except ValueError:
        return 0.0


def _unescaped(string: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: _meant(escape.group()), string)


@cache
def _meant(escape: bytes) -> bytes:
    """What stands for one of the few hundred escapes there are; one byte, or none for a line end."""
    if escape[1:2] in b"01234567":
        return bytes([int(escape[1:], 8) & 0xFF])
    return b"" if escape[1:2] in b"\r\n" else _ESCAPED.get(escape[1:], escape[1:])


def _name(token: bytes) -> str:
    from pypdf.generic import NameObject

    raw = NameObject.unnumber(token)
    for encoding in NameObject.CHARSETS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _from_hexadecimal(digits: bytes) -> bytes:
    digits = digits.translate(None, _BLANK)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _string_end(data: bytes, start: int) -> int:
    depth = 0
    for found in _PARENTHESIS.finditer(data, start):
        depth += (found.group() == b"(") - (found.group() == b")")
        if not depth:
            return found.end()
    raise DamagedContent("a string does not end")


def _image_end(data: bytes, start: int) -> int:
    begin = _IMAGE_DATA.search(data, start)
    end = _IMAGE_END.search(data, begin.end()) if begin else None
    if end is None:
        raise DamagedContent("an inline image does not end")
    return end.end()
