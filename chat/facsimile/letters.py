"""
Where words of a document's text stand among the letters that are printed on its pages.

The text and the page differ in all but their letters: the page has broken words, ligatures, running heads and notes between the lines, its
columns may come in another order. So only letters and digits are compared, case and accents aside. A stretch that is there once in both is
an anchor; what stands right beside an anchor follows it. What is left over is not located: a mark in a wrong place is worse than none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from index.records import Span

_ANCHORS = (24, 12)  # letters that make a stretch unmistakable on a page or two, the longer first
_STEP_ASIDE = 400  # letters that may stand between two stretches of one sentence: a note at the foot, a running head

Letters = tuple[str, tuple[int, ...]]  # letters and digits, and for each the position of the character it comes from


def letters_of(characters: Iterable[str]) -> Letters:
    """
    The letters and digits of a text, case and accents aside; a ligature is several.

    >>> letters_of("Büro, ﬁne")
    ('burofine', (0, 1, 2, 3, 6, 6, 7, 8))
    """
    found: list[str] = []
    places: list[int] = []
    for place, character in enumerate(characters):
        if character.isascii():
            folded = character.lower()
        else:
            folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
        for letter in folded:
            if letter.isalnum():
                found.append(letter)
                places.append(place)
    return "".join(found), tuple(places)


def located(text: str, wanted: Span, printed: str) -> tuple[int, ...] | None:
    """
    For each letter and digit of a stretch of a text, in order, its row among the printed letters; None where not all are found.

    `text` is what stands on the pages whose letters `printed` are, so that what is said twice is told apart by what is around it.

    Guarantees
    - the printed letters of the rows are those of the stretch, one for one
    - no row is there twice

    >>> located("The sea is deep and blue. Note it well, sailor.", Span(26, 33), "theseaisdeepandbluefoot1noteitwellsailor")
    (24, 25, 26, 27, 28, 29)
    """
    letters, places = letters_of(text)
    inside = [row for row, place in enumerate(places) if wanted.start <= place < wanted.end]
    if not inside:
        return None
    starts = {row for row, place in enumerate(places) if not (place and text[place - 1].isalnum())}
    found = _Alignment(letters, printed, starts).rows[inside[0] : inside[-1] + 1]
    return tuple(found) if min(found) >= 0 else None


class _Alignment:
    """Rows of printed letters for the letters of a text; -1 where none is known."""

    def __init__(self, letters: str, printed: str, word_starts: set[int]) -> None:
        self._letters, self._printed, self._word_starts = letters, printed, word_starts
        self.rows = [-1] * len(letters)
        self._taken = bytearray(len(printed))
        first = printed.find(letters)
        if first >= 0 and printed.find(letters, first + 1) < 0:
            self._take(0, first, len(letters))
            return
        for size in _ANCHORS:
            self._anchor(size)
        self._break_between_words()
        self._fill()
        self._break_between_words()

    def _anchor(self, size: int) -> None:
        """Take every stretch of a size that is free and there once in both, with what goes on alike around it."""
        ours, theirs = self._once(self._letters, self.rows, size), self._once(self._printed, self._taken, size)
        for stretch, start in ours.items():
            row = theirs.get(stretch, -1)
            if start < 0 or row < 0 or max(self.rows[start : start + size]) >= 0 or any(self._taken[row : row + size]):
                continue
            before, after = 0, size
            while start > before and row > before and self._alike(start - before - 1, row - before - 1):
                before += 1
            while start + after < len(self._letters) and row + after < len(self._printed) and self._alike(start + after, row + after):
                after += 1
            self._take(start - before, row - before, before + after)

    def _once(self, letters: str, taken: list[int] | bytearray, size: int) -> dict[str, int]:
        """Where each stretch of a size starts; -1 for what is there more than once, or partly taken."""
        found: dict[str, int] = {}
        free = 0 if isinstance(taken, bytearray) else -1
        for start in range(len(letters) - size + 1):
            stretch = letters[start : start + size]
            is_free = taken[start] == free and taken[start + size - 1] == free
            found[stretch] = -1 if stretch in found or not is_free else start
        return found

    def _alike(self, ours: int, theirs: int) -> bool:
        return self.rows[ours] < 0 and not self._taken[theirs] and self._letters[ours] == self._printed[theirs]

    def _take(self, start: int, row: int, count: int) -> None:
        self.rows[start : start + count] = range(row, row + count)
        self._taken[row : row + count] = b"\1" * count

    def _break_between_words(self) -> None:
        """
        Where two stretches meet, let them meet between words.

        The one before may have gone a letter too far: “to peace¦Pakistan” with a note that begins with P between the two on the page.
        """
        rows = self.rows
        for place in range(1, len(rows)):
            if rows[place - 1] < 0 or rows[place] < 0 or rows[place] == rows[place - 1] + 1 or place in self._word_starts:
                continue
            back = place
            while back and back not in self._word_starts and rows[back - 1] >= 0:
                row = rows[place] - (place - back) - 1
                if row < 0 or self._taken[row] or self._printed[row] != self._letters[back - 1]:
                    break
                back -= 1
            if back in self._word_starts:
                for moved in range(back, place):
                    self._taken[rows[moved]] = 0
                self._take(back, rows[place] - (place - back), place - back)

    def _fill(self) -> None:
        """Take what stands between two known stretches, or at an end, where it is there once."""
        end = 0
        while (start := next((place for place in range(end, len(self.rows)) if self.rows[place] < 0), -1)) >= 0:
            end = next((place for place in range(start, len(self.rows)) if self.rows[place] >= 0), len(self.rows))
            low = self.rows[start - 1] + 1 if start else 0
            high = self.rows[end] if end < len(self.rows) else len(self._printed)
            missing = self._letters[start:end]
            if start and end == len(self.rows):
                high = min(high, low + len(missing) + _STEP_ASIDE)
            if not start and end < len(self.rows):
                low = max(low, high - len(missing) - _STEP_ASIDE)
            if not 0 <= low <= high:
                continue
            row = self._printed.find(missing, low, high)
            alone = row >= 0 and self._printed.find(missing, row + 1, high) < 0
            if alone and not any(self._taken[row : row + len(missing)]):
                self._take(start, row, len(missing))
