"""
Where sentences end.

Rules, not a model: a mark that ends a sentence, then a space, then something a sentence can open with; known abbreviations, initials and
numbers do not end one. A sentence never runs over a block, with one exception: a run of short lines without a closing mark, such as a
byline, is one sentence, for none of its lines says anything alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.records import Block, BlockKind, Document, Span

MAX_CHARACTERS = 1500  # a longer stretch without an end is data rather than a sentence, and is cut at a clause or a space

_SIGHT = 60  # characters looked at before and after a mark: keeps one huge line linear
_FRAGMENT_MAX_CHARACTERS = 60  # longest line of a byline, an address, a list of names
_FRAGMENTS_MAX_CHARACTERS = 240  # longest run of them

# A run of marks is tried once, from its first: without the look behind and `++`, 60,000 dots take time with their square.
_END = re.compile(r"""(?<![.!?…؟۔।])[.!?…؟۔।]++["'”’»)\]]*+(?:\[\d{1,3}\])*+(?=\s)|[。！？]+[”’」』）]*""")
_OPENING = re.compile(r"""["'“‘«(\[¿¡]*[^\W_]""")
_LAST_WORD = re.compile(r"""(?:^|[\s("'“‘\[])([^\s("'“‘\[]+)$""")
_NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[A-Za-z]|[ivxlcIVXLC]+)(?:\.\d{1,3})*)")

# Never the end of a sentence: what follows is part of the name, number or example.
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof hon rev gen col capt lt sgt gov sen rep pres amb st mt ft messrs mme vs v cf viz e.g i.e eg ie approx ca"
    " c. al fig figs"
    " eq eqs ref refs no nos vol vols pp p ch chap sec secs sect art arts para paras ed eds trans tab ex exh app dept univ assn bros"
    " jan feb mar apr jun jul aug sept sep oct nov dec ph.d m.d b.a m.a esq".split()
)
# The end of a sentence only where the next word can open one.
_MAY_END = frozenset("etc inc ltd co corp llc plc jr sr u.s u.k u.n e.u u.s.a d.c a.m p.m b.c a.d et seq ibid".split())
_OPENERS = frozenset(
    "the a an in on at it its this that these those he she they we you i his her their our there here however but and or if when while"
    " as after before since during although though for from by with to under what who where why how most many some such all each no not"
    " one two both another other also moreover furthermore therefore thus hence finally first second third".split()
)


def sentences(document: Document) -> tuple[Span, ...]:
    """
    A document's sentences, in reading order.

    Guarantees
    - every character that is not white space is in exactly one sentence
    - no sentence is longer than `MAX_CHARACTERS`
    - a sentence stays within a block, unless it is a run of short lines without a closing mark
    """
    found: list[Span] = []
    run: list[Block] = []
    for block in document.blocks:
        if _is_fragment(document, block) and (not run or block.span.end - run[0].span.start <= _FRAGMENTS_MAX_CHARACTERS):
            run.append(block)
            continue
        found += _joined(run)
        run = [block] if _is_fragment(document, block) else []
        if not run:
            found += in_block(document.slice(block.span), block.span.start)
    return (*found, *_joined(run))


def in_block(text: str, start: int = 0) -> Iterator[Span]:
    """
    The sentences of one block of canonical text, which starts at `start`.

    >>> text = "Mr. Khan spoke in the U.S. on climate. 'Why?' It was 3.5 degrees warmer."
    >>> [text[span.start:span.end] for span in in_block(text)]
    ['Mr. Khan spoke in the U.S. on climate.', "'Why?'", 'It was 3.5 degrees warmer.']
    """
    begin = 0
    for end in [match.end() for match in _END.finditer(text) if _ends(text, match)] + [len(text)]:
        yield from _capped(text, begin, end, start)
        begin = end + (text[end : end + 1] == " ")


def _is_fragment(document: Document, block: Block) -> bool:
    text = document.slice(block.span)
    return block.kind is BlockKind.PARAGRAPH and len(text) <= _FRAGMENT_MAX_CHARACTERS and text[-1].isalnum()


def _joined(run: list[Block]) -> list[Span]:
    return [Span(run[0].span.start, run[-1].span.end)] if run else []


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence really ends with this mark."""
    following = text[match.end() : match.end() + _SIGHT].lstrip()
    if not following or match.group()[0] in "。！？":
        return bool(following)
    opening = _OPENING.match(following)
    if opening and opening.group()[-1].islower():
        return False
    if match.group()[0] != "." or match.group().startswith(".."):
        return True
    seen = max(match.start() - _SIGHT, 0)
    word = _LAST_WORD.search(text[seen : match.start()])
    if word is None:
        return False
    last = word.group(1)
    if seen + word.start() == 0 and _NUMBERED.fullmatch(last):  # the number of a list item or clause
        return False
    lower = last.lower()
    next_word = re.match(r"\W*(\w*)", following)
    opens = next_word is not None and next_word.group(1).lower() in _OPENERS
    if lower == "no":  # "No. 5" is a number, "the answer is no." an end
        return not following[0].isdigit()
    if lower in _ABBREVIATIONS:
        return False
    if lower in _MAY_END or (len(last) == 1 and last.isalpha() and last.isupper()):
        return opens
    return True


def _capped(text: str, begin: int, end: int, start: int) -> Iterator[Span]:
    """The stretch, cut at a clause, a space or at last anywhere, so that no part is longer than `MAX_CHARACTERS`."""
    while end - begin > MAX_CHARACTERS:
        limit = begin + MAX_CHARACTERS
        cuts = (text.rfind(mark, begin + MAX_CHARACTERS // 2, limit) for mark in ("; ", ": ", ", ", " "))
        cut = next((cut + len(mark) - 1 for cut, mark in zip(cuts, ("; ", ": ", ", ", " "), strict=True) if cut > 0), limit)
        yield Span(start + begin, start + cut)
        begin = cut + (text[cut] == " ")
    if begin < end:
        yield Span(start + begin, start + end)
