"""Which values let people do more: levels, resources, folders of Analyzer."""

from __future__ import annotations

from reconciler.contract.access import members_open
from reconciler.model.value import Value
from reconciler.vendors.webexcc.permissions import rank

NONE, ALL = "none", "all"


def profile_opens(path: tuple[str, ...], before: Value, after: Value) -> bool:
    """Return whether a value of a profile lets its users do what the former one did not.

    Of a folder that comes into or leaves the viewable ones it is unknown whether it was open
    further, and the default collection is one of those that a profile has.
    """
    match path:
        case ("fullAccess",):
            return after is True and before is not True
        case ("permissions", _):
            return rank(after) > rank(before)
        case ("resources",):
            return after == ALL and before != ALL
        case ("analyzerFolders", "hidden"):
            return members_open(path, after, before)
        case ("analyzerFolders", "viewable") | ("resources", "default"):
            return False
    return members_open(path, before, after)


def collection_opens(path: tuple[str, ...], before: Value, after: Value) -> bool:
    """Whether a type of a collection reaches resources that it did not: none, selected, all."""
    if isinstance(before, frozenset) and isinstance(after, frozenset):
        return members_open(path, before, after)
    return _width(after) > _width(before)


def _width(chosen: Value) -> int:
    if chosen == ALL:
        return 2
    return 1 if isinstance(chosen, frozenset) and chosen else 0
