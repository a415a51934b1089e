"""Side effects of the service on a write of reconciler: folders turn with Analyzer (WCC120)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.contract.lifecycle import Disturbance
from reconciler.model.facts import Facts
from reconciler.model.value import Ref, Value, Values, at
from reconciler.vendors.webexcc.facts import WebexFacts, lineage, parent_of
from reconciler.vendors.webexcc.permissions import LEVELS

LIST_OF = {"edit": "editable", "view": "viewable", "none": "hidden"}
"""The list that holds the folders of a level."""

Lists = Mapping[str, frozenset[str]]


def side_effects(before: Values, after: Values, facts: Facts) -> Iterator[Disturbance]:
    """The folders of a profile after a write that changes Analyzer between view and edit.

    Whatever the same write says of them: every folder turns to edit, or the subfolders to view.
    """
    turn = turned(before, after)
    if turn is None:
        return
    tree = _Tree(facts)
    was, will = folders(before), folders(after)
    made = tree.turned(was, turn[1])
    which = "every folder" if turn[1] == "edit" else "the subfolders"
    yield Disturbance(
        rule="WCC120",
        values={"analyzerFolders": made},
        summary=f"changing Analyzer from {turn[0]} to {turn[1]} turns {which} to {turn[1]}; "
        f"wanted otherwise: {tree.otherwise(made, will)}",
        wider=tree.wider((was, turn[0]), (made, turn[1]), (will, turn[1])),
    )


def turned(before: Values, after: Values) -> tuple[str, str] | None:
    """Analyzer's level before and after, where it goes from view to edit or back."""
    pair = (str(level(before)), str(level(after)))
    return pair if pair in (("view", "edit"), ("edit", "view")) else None


def level(profile: Values) -> Value:
    """Analyzer's own level in the values of a profile."""
    if profile.get("fullAccess") is True:
        return "edit"
    return at(profile, ("permissions", "analyzer"))


def folders(profile: Values) -> Lists:
    """The lists of folders in the values of a profile."""
    found = profile.get("analyzerFolders")
    lists = found if isinstance(found, Mapping) else {}
    return {name: each for name, each in lists.items() if isinstance(each, frozenset)}


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    is_stock: bool


class _Tree:
    """The folders that the project declares.

    Of one that it does not, it is unknown where it is: it is taken for one that turns.
    """

    def __init__(self, facts: Facts) -> None:
        known = facts if isinstance(facts, WebexFacts) else WebexFacts()
        self._known = {
            str(folder.id): _Folder(path, known.is_stock(path))
            for path, folder in (known.analyzer_folders or {}).items()
        }
        self._id_of = {folder.path: key for key, folder in self._known.items()}

    def turned(self, lists: Lists, own: str) -> Lists:
        """The lists as they are once Analyzer has gone to the level `own`."""
        had, levels = _levels(lists), dict[str, int]()
        for key in sorted(had, key=self._shown):
            stays = own == "view" and self._is_at_the_top(key)
            levels[key] = self._bounded(key, had[key] if stays else _most(own), own, levels)
        return {
            name: frozenset(Ref(key) for key, has in levels.items() if LEVELS[has] == each)
            for each, name in LIST_OF.items()
        }

    def otherwise(self, made: Lists, wanted: Lists) -> str:
        """The folders whose desired list is not the one they were put in, and that list."""
        here = {key: name for name, keys in made.items() for key in keys}
        there = {key: name for name, keys in wanted.items() for key in keys}
        moved = [key for key in {**here, **there} if here.get(key) != there.get(key)]
        found: dict[str, list[str]] = {}
        for key in sorted(moved, key=self._shown):
            found.setdefault(there.get(key, "in no list"), []).append(self._shown(key))
        return " and ".join(f"{', '.join(keys)} ({name})" for name, keys in found.items())

    def wider(self, *moments: tuple[Lists, str]) -> str:
        """The access that is wider at the second time than at the first and at the third."""
        listed = (key for lists, _ in moments for keys in lists.values() for key in keys)
        keys = sorted({*self._known, *listed}, key=self._shown)
        before, between, after = (self._open(keys, lists, own) for lists, own in moments)
        found: dict[int, list[str]] = {}
        for key in keys:
            if between[key] > max(before[key], after[key]):
                found.setdefault(between[key], []).append(self._shown(key))
        return "; ".join(f"{LEVELS[each]} {', '.join(found[each])}" for each in sorted(found))

    def _open(self, keys: Iterable[str], lists: Lists, own: str) -> Mapping[str, int]:
        """The access to each folder: one in no list as Analyzer itself."""
        named, levels = _levels(lists), dict[str, int]()
        for key in keys:
            levels[key] = self._bounded(key, named.get(key, _most(own)), own, levels)
        return levels

    def _bounded(self, key: str, level_: int, own: str, above: Mapping[str, int]) -> int:
        """A level as far as Analyzer, the folders around it and the stock reports allow."""
        folder = self._known.get(key)
        around = lineage(folder.path)[:-1] if folder else ()
        bounds = [above[id_] for path in around if (id_ := self._id_of[path]) in above]
        if folder and folder.is_stock:
            bounds.append(_most("view"))
        return min(level_, _most(own), *bounds)

    def _is_at_the_top(self, key: str) -> bool:
        return key in self._known and parent_of(self._known[key].path) is None

    def _shown(self, key: str) -> str:
        return self._known[key].path if key in self._known else f"folder {key}"


def _most(own: str) -> int:
    return LEVELS.index(own)


def _levels(lists: Lists) -> dict[str, int]:
    """The level of each folder that is in a list."""
    return {
        key: LEVELS.index(each)
        for each, name in LIST_OF.items()
        for key in lists.get(name, frozenset())
    }
