"""Folders of Analyzer: integers in a profile's three lists, bounded by Analyzer's own level.

A folder that is in no list has Analyzer's own level, as far as the folder above it allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.checks import refuse_unless
from reconciler.vendors.webexcc.sandbox.data import FOLDER, PROFILE, Data

LISTS = {"editableFolderIds": 2, "viewableFolderIds": 1, "nonViewableFolderIds": 0}
"""The lists of a profile, and how much each allows: as NONE, VIEW and EDIT of Analyzer do."""

FOLDER_LISTS = {
    "editable": "editableFolderIds",
    "viewable": "viewableFolderIds",
    "hidden": "nonViewableFolderIds",
}
"""What seeds and the console call the lists."""

_LEVELS = {"NONE": 0, "VIEW": 1, "EDIT": 2}
_LIST_OF = {level: field for field, level in LISTS.items()}
_VIEW = 1


class Folders:
    """The tenant's folders; no operation of the API lists them."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def checked(self, body: Body, analyzer: str, current: Body | None) -> Body:
        """The three lists of a profile, refused where they contradict Analyzer or each other.

        Where a write changes Analyzer from view to edit, every folder turns to edit; from edit to
        view, the subfolders turn to view: those of the tenant, whatever the write says of them.
        What it says is refused as ever, but for lists that it leaves as they are. A tenant with
        the quirk takes the lists that are sent and fit the new level, and turns the others.
        """
        was, own = level_of(current) if current else analyzer, _LEVELS[analyzer]
        if not current or {was, analyzer} != {"VIEW", "EDIT"}:
            lists = {field: _numbers(body.get(field), field) for field in LISTS}
        elif self._data.quirks.analyzer_keeps_sent_folders:
            lists = self._turned(_sent(body), current, own)
        else:
            sent = _sent(body)
            if any(numbers != sorted(current[field]) for field, numbers in sent.items()):
                self._check({field: sent.get(field, []) for field in LISTS}, own)
            lists = self._turned({}, current, own)
        if any(lists.values()):
            self._check(lists, own)
        return dict(lists)

    def _turned(
        self, sent: Mapping[str, list[int]], current: Body, own: int
    ) -> dict[str, list[int]]:
        """The lists of before as they turn, but for those that are sent and count."""
        lists: dict[str, list[int]] = {field: [] for field in LISTS}
        turning: dict[int, int] = {}
        for field, level in LISTS.items():
            for number in sent.get(field, current[field]):
                if field in sent and (level <= own or number not in current[field]):
                    lists[field].append(number)
                else:
                    turning[number] = level
        named = {number for numbers in lists.values() for number in numbers}
        rows = sorted(self._data.store.rows(FOLDER), key=lambda row: str(row["path"]))
        for row in rows:
            if row["id"] in turning and row["id"] not in named:
                level = own if own > _VIEW or "/" in row["path"] else turning[row["id"]]
                self._put(lists, row, min(level, own))
        return {field: sorted(numbers) for field, numbers in lists.items()}

    def _put(self, lists: dict[str, list[int]], folder: Body, level: int) -> None:
        """Put a folder into the list of a level, or of what the folders above it allow."""
        for field, at in LISTS.items():
            for number in lists[field]:
                above = self._data.one(FOLDER, str(number))["path"]
                if folder["path"].startswith(f"{above}/"):
                    level = min(level, at)
        if level > _VIEW and self._is_stock(folder["path"]):
            level = _VIEW
        lists[_LIST_OF[level]].append(folder["id"])

    def _is_stock(self, path: str) -> bool:
        stock = {row["path"] for row in self._data.store.rows(FOLDER) if row["stock"]}
        return any(path == each or path.startswith(f"{each}/") for each in stock)

    def _check(self, lists: dict[str, list[int]], own: int) -> None:
        paths = {row["id"]: row for row in self._data.store.rows(FOLDER)}
        levels: dict[str, int] = {}
        for field, numbers in lists.items():
            for number in numbers:
                refuse_unless(number in paths, f"{field}: there is no folder {number}")
                path = paths[number]["path"]
                refuse_unless(path not in levels, f"folder {number} is in two lists")
                levels[path] = LISTS[field]
        for path, level in levels.items():
            refuse_unless(level <= own, f"folder {path} has more access than Analyzer")
            above = [each for each in levels if path.startswith(f"{each}/")]
            refuse_unless(
                all(level <= levels[each] for each in above),
                f"folder {path} has more access than the folder above it",
            )
            refuse_unless(
                level == _VIEW or not self._is_stock(path),
                f"stock reports are always at VIEW: {path}",
            )

    def create(self, path: str, number: int | None, *, stock: bool) -> None:
        """A folder made later: in every profile that has Analyzer it gets Analyzer's own level."""
        taken = [row["id"] for row in self._data.store.rows(FOLDER)]
        refuse_unless(self._data.store.named(FOLDER, path) is None, f"there is a folder `{path}`")
        self.add(path, max(taken, default=0) + 1 if number is None else number, stock=stock)
        folder = self._data.store.named(FOLDER, path)
        for profile in self._data.store.rows(PROFILE):
            own = _LEVELS[level_of(profile)]
            if own and folder:
                lists = {field: list(profile[field]) for field in LISTS}
                self._put(lists, folder, own)
                self._data.change(PROFILE, profile | {f: sorted(n) for f, n in lists.items()})

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


def level_of(profile: Body) -> str:
    """Analyzer's own level in a profile as it is stored; full access is edit."""
    if profile["permissionAccessLevel"] == "ALL":
        return "EDIT"
    rows: list[Body] = profile["permissions"]
    return next((str(row["access"]) for row in rows if row["name"] == "analyzer"), "NONE")


def _sent(body: Body) -> dict[str, list[int]]:
    """The lists that a write has at all."""
    return {field: _numbers(body[field], field) for field in LISTS if field in body}


def _numbers(value: Any, field: str) -> list[int]:
    numbers = value or []
    whole = isinstance(numbers, list) and all(type(each) is int for each in numbers)
    refuse_unless(whole, f"{field} is no list of whole numbers")
    return sorted(set(numbers))
