"""
Works that a style could confuse, put together: those are cited in one call, for it tells them apart (1999a and 1999b); others alone.

Works that share no name and no title cannot be confused, so what is known of one holds whatever is cited beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def grouped(items: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """
    Ids of items of CSL-JSON in groups; each id is in one, and those that share a name are in the same.

    >>> one, two = {"author": [{"family": "Doe"}], "title": "A"}, {"author": [{"family": "Roe"}, {"family": "doe"}], "title": "B"}
    >>> grouped({"1": one, "2": {"title": "B"}, "3": two})
    [('1', '3'), ('2',)]
    """
    groups: list[tuple[set[str], list[str]]] = []
    for id, item in items.items():
        names = set(_names(item))
        apart = [group for group in groups if not group[0] & names]
        joined = [group for group in groups if group[0] & names]
        ids = [other for group in joined for other in group[1]]
        groups = [*apart, (names.union(*(group[0] for group in joined)), [*ids, id])]
    places = {id: place for place, id in enumerate(items)}
    return sorted((tuple(sorted(ids, key=places.__getitem__)) for _, ids in groups), key=lambda ids: places[ids[0]])


def _names(item: Mapping[str, Any]) -> Iterable[str]:
    """What a style may call an item by: its people, and where it has no author what may stand for one."""
    for field in ("author", "editor"):
        people: Sequence[Mapping[str, str]] = item.get(field, ())
        for person in people:
            yield (person.get("family") or person.get("literal") or person.get("given") or "").casefold()
    if "author" not in item:
        for field in ("title", "title-short", "container-title", "publisher"):
            if field in item:
                yield str(item[field]).casefold()
