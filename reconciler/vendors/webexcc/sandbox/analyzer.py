"""Folders of Analyzer: integers in a profile's three lists, bounded by Analyzer's own level."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.checks import refuse_unless
from reconciler.vendors.webexcc.sandbox.data import FOLDER, Data

LISTS = {"editableFolderIds": 2, "viewableFolderIds": 1, "nonViewableFolderIds": 0}
"""The lists of a profile, and how much each allows: as NONE, VIEW and EDIT of Analyzer do."""

_LEVELS = {"NONE": 0, "VIEW": 1, "EDIT": 2}
_VIEW = 1


class Folders:
    """The tenant's folders; no operation of the API lists them."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def checked(self, body: Body, analyzer: str) -> Body:
        """The three lists of a profile, refused where they contradict Analyzer or each other."""
        lists = {field: _numbers(body.get(field), field) for field in LISTS}
        if any(lists.values()):
            self._check(lists, _LEVELS[analyzer])
        return dict(lists)

    def _check(self, lists: dict[str, list[int]], own: int) -> None:
        paths = {row["id"]: row for row in self._data.store.rows(FOLDER)}
        levels: dict[str, int] = {}
        for field, numbers in lists.items():
            for number in numbers:
                refuse_unless(number in paths, f"{field}: there is no folder {number}")
                path = paths[number]["path"]
                refuse_unless(path not in levels, f"folder {number} is in two lists")
                levels[path] = LISTS[field]
        stock = {row["path"] for row in paths.values() if row["stock"]}
        for path, level in levels.items():
            refuse_unless(level <= own, f"folder {path} has more access than Analyzer")
            above = [each for each in levels if path.startswith(f"{each}/")]
            refuse_unless(
                all(level <= levels[each] for each in above),
                f"folder {path} has more access than the folder above it",
            )
            is_stock = any(path == each or path.startswith(f"{each}/") for each in stock)
            refuse_unless(
                level == _VIEW or not is_stock, f"stock reports are always at VIEW: {path}"
            )

    def add(self, path: str, number: Any, *, stock: bool) -> None:
        """Put a folder into the tenant, below one that is there."""
        if not isinstance(number, int) or isinstance(number, bool):
            raise Refusal(400, f"id {number!r} is no whole number")
        refuse_unless(self._data.store.get(FOLDER, str(number)) is None, f"id {number} is taken")
        above = path.rpartition("/")[0]
        refuse_unless(
            not above or self._data.store.named(FOLDER, above), f"there is no folder `{above}`"
        )
        self._data.store.put(FOLDER, {"id": number, "path": path, "stock": stock}, path)


def _numbers(value: Any, field: str) -> list[int]:
    numbers = value or []
    whole = isinstance(numbers, list) and all(type(each) is int for each in numbers)
    refuse_unless(whole, f"{field} is no list of whole numbers")
    return sorted(set(numbers))
