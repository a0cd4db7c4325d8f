"""
Near misses made from questions that have an answer: one detail of the question is changed, so that its passage answers it no more.

The four ways are those that people used most when they wrote unanswerable questions for SQuAD 2.0 (Rajpurkar et al. 2018, table 2): another
number, another name, an opposite, a negation. Nothing here is used when a question is answered; it is for training only.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

_OPPOSITES = (
    "first last|most least|more fewer|before after|"
    "largest smallest|larger smaller|highest lowest|higher lower|oldest youngest|older younger|"
    "longest shortest|longer shorter|biggest smallest|earliest latest|early late|best worst|better worse|increase decrease|"
    "increased decreased|increasing decreasing|rise fall|rose fell|begin end|began ended|started stopped|start finish|"
    "north south|northern southern|northeast southwest|east west|eastern western|male female|men women|man woman|boys girls|father mother|"
    "son daughter|brother sister|husband wife|king queen|born died|birth death|inside outside|above below|"
    "minimum maximum|majority minority|public private|domestic foreign|national international|internal external|major minor|"
    "primary secondary|modern ancient|new old|true false|positive negative|success failure|successful unsuccessful|strong weak|"
    "stronger weaker|popular unpopular|common rare|possible impossible|legal illegal|support oppose|supported opposed|accept reject|"
    "accepted rejected|allowed prohibited|allow prohibit|agree disagree|agreed refused|built destroyed|founded dissolved|opened closed|"
    "joined left|added removed|include exclude|included excluded|bought sold|buy sell|import export|imports exports|"
    "entered left|arrived departed|attack defend|attacked defended|victory defeat|teacher student|employer employee|urban rural|"
    "upper lower|hot cold|hottest coldest|warm cool|summer winter|day night|rich poor|richest poorest|fast slow|fastest slowest|"
    "heavy light|hard soft|deep shallow|wide narrow|near far|always never|all none|cause prevent|"
    "caused prevented|gain loss|gained lost|advantage disadvantage|benefit harm|formal informal|direct indirect|known unknown|"
    "present absent|ancestor descendant|predecessor successor|preceded followed|precede follow|cheap expensive|simple complex|"
    "liberal conservative|proponents opponents|enemy ally|enemies allies|offence defence|offense defense|friends rivals|like dislike"
)
_PAIRS = [pair.split() for pair in _OPPOSITES.split("|")]
_OPPOSITE = {word: other for pair in _PAIRS for word, other in (pair, pair[::-1])}
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?![\w.,]*\d)")
_NAME = re.compile(r"(?<=[\w,]\s)[A-Z][\w'-]+(?:\s+(?:of\s+(?:the\s+)?)?[A-Z][\w'-]+)*")
_VERB = re.compile(r"(?<=\s)(is|are|was|were|did|does|do|has|have|had|could|would|should)(?=\s)", re.IGNORECASE)


def altered(question: str, passage: str, names: Sequence[str], chance: random.Random) -> str | None:
    """
    The question with one detail changed; None where there is none to change.

    `names` are such as stand in for those of the question: of the same article, if possible. A negation is put in only where nothing else
    can be changed, and then in a third of the questions, since one who asks with “not” often has an answer.
    """
    ways = [
        _another_number(question, passage, chance),
        _another_name(question, passage, names, chance),
        _opposite(question, chance),
    ]
    if found := [way for way in ways if way is not None]:
        return chance.choice(found)
    return _VERB.sub(lambda verb: f"{verb[0]}n't", question, count=1) if chance.random() < 1 / 3 and _VERB.search(question) else None


def names_in(text: str) -> list[str]:
    """Capitalised words that do not begin a sentence, in runs."""
    return [name[0] for name in _NAME.finditer(text)]


def _another_number(question: str, passage: str, chance: random.Random) -> str | None:
    if not (found := list(_NUMBER.finditer(question))):
        return None
    number = chance.choice(found)
    value = int(number[0])
    others = [other for other in _NUMBER.findall(passage) if len(other) == len(number[0]) and other != number[0]]
    if not others or chance.random() < 0.6:
        others = [str(abs(value + step)) for step in (-20, -10, -3, -2, -1, 1, 2, 3, 10, 20) if str(abs(value + step)) not in passage]
    return _with(question, number, chance.choice(others)) if others else None


def _another_name(question: str, passage: str, names: Sequence[str], chance: random.Random) -> str | None:
    found = [name for name in _NAME.finditer(question) if name[0] in passage]
    if not found:
        return None
    name = chance.choice(found)
    others = [other for other in names if not set(other.split()) & set(question.split())]
    alike = [other for other in others if len(other.split()) == len(name[0].split())]
    return _with(question, name, chance.choice(alike or others)) if others else None


def _opposite(question: str, chance: random.Random) -> str | None:
    found = [word for word in _WORD.finditer(question) if word[0] in _OPPOSITE]
    if not found:
        return None
    word = chance.choice(found)
    return _with(question, word, _OPPOSITE[word[0]])


def _with(text: str, found: re.Match[str], other: str) -> str:
    return text[: found.start()] + other + text[found.end() :]
