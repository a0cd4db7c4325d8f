"""
Lines back to running text: words that were broken at a line end are joined, real hyphens stay.

What decides is the document itself: the joined or the hyphenated form elsewhere in it. Where it says nothing, two halves that are
words speak for a compound (`third-` `party`), and else a hyphen at a line end is a break.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

HYPHENS = "-\u2010\u00ad"
SOFT_HYPHEN = "\u00ad"

_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_LAST = re.compile(r"([^\W_]+(?:[-\u2010][^\W_]+)*)[-\u2010\u00ad]$")
_FIRST = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_ADDRESS = re.compile(r"(?:https?://|www\.|ftp://|doi\.org/)\S*$", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"[A-Za-z0-9%~_.?=&#+,;:@!$'()*-]*[/\-_=.%?#&0-9][A-Za-z0-9%~_.?=&#+,;:@!$'()*/-]*")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60]")

# Halves that are words but at a line end are nearly always parts of one: with|out, reason|able.
_OPENS_A_WORD = frozenset({"an", "any", "every", "for", "here", "how", "in", "into", "more", "never", "no", "on", "out", "over", "some"})
_OPENS_A_WORD |= {"there", "through", "under", "up", "what", "when", "where", "who", "with"}
_ENDS_A_WORD = frozenset({"able", "age", "ages", "ally", "ever", "fore", "ful", "hood", "less", "like", "ment", "ness", "one", "out"})
_ENDS_A_WORD |= {"self", "selves", "ship", "ships", "some", "ward", "wards", "ways", "wise"}
# First halves that English mostly writes with a hyphen before a word, and those that it does before any.
_COMBINING = frozenset({"all", "cross", "ex", "half", "mid", "non", "quasi", "self", "socio", "vice", "well"})
_ALWAYS_COMBINING = frozenset({"non", "quasi", "self", "socio", "well"})
# Second halves that follow many words with a hyphen, and those that follow any.
_SECOND = frozenset({"being", "bound", "building", "edge", "facing", "focused", "free", "growing", "income", "induced", "intensive"})
_SECOND |= {
    "known",
    "led",
    "level",
    "like",
    "long",
    "made",
    "making",
    "old",
    "owned",
    "paid",
    "party",
    "range",
    "rate",
    "related",
    "run",
}
_SECOND |= {"scale", "sharing", "sized", "specific", "standing", "style", "term", "time", "wide", "year"}
_ALWAYS_SECOND = frozenset({"based", "centered", "centred", "driven", "friendly", "funded", "minded", "oriented"})
_SUSPENDED = frozenset({"and", "der", "et", "nor", "oder", "or", "to", "und"})  # `short-` `and long-term`


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a document, to judge a broken one by."""

    counts: Counter[str]
    beginnings: frozenset[str]  # of words of five letters and more

    @classmethod
    def of(cls, lines: Iterable[str]) -> Words:
        """Every word that is whole: the last of a line that ends in a hyphen and the first of the next are not."""
        counts: Counter[str] = Counter()
        broken = False
        for line in lines:
            found = [word.casefold().replace("\u2010", "-") for word in _WORD.findall(line)]
            ends_broken = line[-1:] in HYPHENS and bool(line)
            counts.update(found[broken : len(found) - ends_broken])
            counts.update(part for word in found[broken : len(found) - ends_broken] for part in word.split("-")[1:])
            broken = ends_broken
        return cls(counts, frozenset(word[:length] for word in counts for length in range(4, len(word))))

    def glue(self, before: str, after: str) -> tuple[str, bool]:
        """
        What stands between two lines in place of the line end, and whether a hyphen at the end of the first has to go.

        >>> Words.of(["The development of South-South cooperation"]).glue("for devel-", "opment")
        ('', True)
        >>> Words.of(["The development of South-South cooperation"]).glue("and South-", "South trade")
        ('', False)
        """
        if not before or not after:
            return "", False
        if _goes_on(before, after):
            return "", False
        if before[-1] in HYPHENS and len(before) > 1 and before[-2].isalnum():
            return self._hyphen(before, after)
        if before[-1] in "–—/" and not before[-2:-1].isspace() and after[0].isalnum() and len(before) > 1:
            return "", False
        if _CJK.match(before[-1]) and _CJK.match(after[0]):
            return "", False
        return " ", False

    def _hyphen(self, before: str, after: str) -> tuple[str, bool]:
        """The same for a first line that ends in a hyphen."""
        if before[-1] == SOFT_HYPHEN:
            return "", True
        left_match, right_match = _LAST.search(before), _FIRST.match(after)
        if left_match is None or right_match is None:
            return "", False
        left = left_match.group(1).casefold().replace("\u2010", "-")
        right = right_match.group().casefold().replace("\u2010", "-")
        if right in _SUSPENDED:
            return " ", False
        whole, part = left + right, left.rsplit("-", 1)[-1] + right.split("-", 1)[0]
        joined = self.counts[whole] or (self.counts[part] if whole != part else 0)
        hyphenated = self.counts[f"{left}-{right}"] or self.counts[f"{left.rsplit('-', 1)[-1]}-{right.split('-', 1)[0]}"]
        if joined or hyphenated:
            return "", joined >= hyphenated
        if not after[0].islower() or any(map(str.isdigit, left)) or len(left) == 1:
            return "", False
        return "", not self._is_compound(left.rsplit("-", 1)[-1], right.split("-", 1)[0])

    def _is_compound(self, left: str, right: str) -> bool:
        if len(right) < 3 or right in _ENDS_A_WORD:
            return False
        known = bool(self.counts[right]) or right in _SECOND or (len(right) > 6 and right[:-3] in self.beginnings)
        if right in _ALWAYS_SECOND and len(left) > 3:
            return True
        if left in _COMBINING:
            return known or left in _ALWAYS_COMBINING
        return known and len(left) > 2 and left not in _OPENS_A_WORD and bool(self.counts[left])


def _goes_on(before: str, after: str) -> bool:
    """Whether a web address at the end of a line goes on in the next."""
    address = _ADDRESS.search(before)
    if address is None:
        return False
    following = after.split(maxsplit=1)[0]
    if f"<{address.group()}" in before and ">" in following:
        return True
    if before[-1] in "/-_=?&#%" or address.group().lower() in ("http://", "https://"):
        return True
    if before[-1] in ",;)>”\"’'":
        return False
    if before[-1] == "." and not following[0].islower():
        return False
    return _IN_ADDRESS.fullmatch(following.rstrip(".,;:!?)>'")) is not None and not following[0].isupper()
