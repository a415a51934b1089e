"""What a change of the project file loosens, compared with an earlier version of it.

Every change counts as loosening unless it is known to tighten: a pull request cannot excuse itself
with a setting that nobody thought of here. Spelling, order and comments are no change.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reconciler.manifests.credentials import Forms, misplaced
from reconciler.manifests.drift_block import EVERY
from reconciler.manifests.thresholds import ThresholdsBlock
from reconciler.model.diagnostic import Path, Severity
from reconciler.model.state_url import DEFAULT_STATE

MISSING = None
"""A setting that is not there; the project file has no null."""

_DEFAULTS: Mapping[Path, Any] = {("state",): DEFAULT_STATE, ("default",): []}
_TENANT_DEFAULTS: Mapping[str, Any] = {"unmanaged": "ignore", "patches": [], "assumed": []}
_UNORDERED = frozenset({"manifests", "default"})
_WEIGHTS = ("off", *(each.value for each in (Severity.INFO, Severity.WARNING, Severity.ERROR)))
_LOWER_IS_TIGHTER = frozenset({"destroy", "people", "losing", "administrators"})
_PASSWORD = re.compile(r"(?<=://)[^/@]*(?=@)")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting that differs: its path in the project file, what it was, and what it is now."""

    path: Path
    summary: str
    before: Any = MISSING
    after: Any = MISSING


@dataclass(frozen=True, slots=True)
class Known:
    """What a project file does not say: rules' own severities, and the kinds of each vendor.

    `kinds` says of each whether its objects stay whatever `unmanaged` says. `forms` are the
    credentials in parts that each vendor takes.
    """

    severities: Mapping[str, str]
    kinds: Mapping[str, Mapping[str, bool]]
    forms: Forms


def loosened(before: Any, after: Any, known: Known) -> tuple[Setting, ...]:
    """The settings of a project file that are loosened; raises nothing for one of another shape."""
    before = before if isinstance(before, Mapping) else {}
    after = after if isinstance(after, Mapping) else {}
    found = tuple(_Comparing(known).project(before, after))
    if any(misplaced(before, known.forms)):  # the former file may hold a secret
        return tuple(Setting(each.path, each.summary) for each in found)
    return found


@dataclass(frozen=True, slots=True)
class _Comparing:
    known: Known

    def project(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Setting]:
        special = {
            "thresholds": self._thresholds,
            "rules": self._rules,
            "drift": self._drift,
            "tenants": self._tenants,
            "plans": self._plans,
        }
        for key in _keys(before, after):
            default = _DEFAULTS.get((key,))
            was, now = before.get(key, default), after.get(key, default)
            if key in special and _are_maps(was, now):
                yield from special[key]((key,), was or {}, now or {})
            elif key == "state":
                for each in _differing((key,), was, now):
                    yield Setting((key,), each.summary, _masked(was), _masked(now))
            else:
                yield from _differing((key,), was, now)

    def _thresholds(
        self, at: Path, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Setting]:
        defaults = {
            field.alias or name: field.default
            for name, field in ThresholdsBlock.model_fields.items()
        }
        for key in _keys(before, after):
            was = before.get(key, defaults.get(key))
            now = after.get(key, defaults.get(key))
            if not (key in _LOWER_IS_TIGHTER and _is_lower(now, was)):
                yield from _differing((*at, key), was, now)

    def _rules(
        self, at: Path, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Setting]:
        for code in _keys(before, after):
            own = self.known.severities.get(code)
            was, suppressed = _rule(before.get(code), own)
            now, entries = _rule(after.get(code), own)
            if was != now and not (was in _WEIGHTS and now in _WEIGHTS and _heavier(now, was)):
                yield Setting((*at, code), "the severity is changed", was, now)
            yield from _new_entries((*at, code, "suppress"), suppressed, entries, "suppression")

    def _drift(
        self, at: Path, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Setting]:
        for key in _keys(before, after):
            was, now = before.get(key), after.get(key)
            if key == "ignore" and _are_lists(was, now):
                yield from _new_entries((*at, key), was or [], now or [], "drift suppression")
            elif key == "fullEvery" and at == ("drift",):
                was, now = before.get(key, EVERY), after.get(key, EVERY)
                if not _is_lower(now, was):
                    yield from _differing((*at, key), was, now)
            else:
                yield from _differing((*at, key), was, now)

    def _plans(
        self, at: Path, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Setting]:
        for key in _keys(before, after):
            was, now = before.get(key), after.get(key)
            if not (key == "signed" and now is True):
                yield from _differing((*at, key), was, now)

    def _tenants(
        self, at: Path, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Setting]:
        for name in _keys(before, after):
            was, now = before.get(name), after.get(name)
            here = (*at, name)
            if was is MISSING and now is not MISSING:
                yield Setting(here, "is a new tenant", MISSING, now)
            elif now is MISSING:
                yield Setting(here, "the tenant is removed", was, MISSING)
            elif isinstance(was, Mapping) and isinstance(now, Mapping):
                yield from self._tenant(here, was, now)
            else:
                yield from _differing(here, was, now)

    def _tenant(
        self, at: Path, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Setting]:
        for key in _keys(before, after):
            default = _TENANT_DEFAULTS.get(key)
            was, now = before.get(key, default), after.get(key, default)
            here = (*at, key)
            if key == "drift" and _are_maps(was, now):
                yield from self._drift(here, was or {}, now or {})
            elif key == "unmanaged":
                yield from self._unmanaged(here, _groups(after.get("vendor")), was, now)
            elif key == "assumed" and _are_lists(was, now):
                if added := [each for each in now if each not in was]:
                    yield Setting(here, "endpoints are assumed", was, now if added else was)
            else:
                yield from _differing(here, was, now)

    def _unmanaged(
        self, at: Path, groups: tuple[str, ...], was: Any, now: Any
    ) -> Iterator[Setting]:
        kinds = {
            (group, kind): stays
            for group in groups
            for kind, stays in self.known.kinds.get(group, {}).items()
        }
        names = [name for group, kind in kinds for name in (kind, f"{group}/{kind}")]
        more = (("", kind) for kind in _more_kinds(was, now, names))
        for group, kind in (*kinds, *more):
            stays = kinds.get((group, kind), False)
            old = _of_kind(was, group, kind, stays=stays)
            new = _of_kind(now, group, kind, stays=stays)
            # more is reported, and nothing is deleted that was not
            if new not in (old, "report"):
                yield Setting((*at, kind), "is changed", old, new)


def _masked(state: Any) -> Any:
    """A URL without its password."""
    return _PASSWORD.sub("***", state) if isinstance(state, str) else state


def _differing(at: Path, was: Any, now: Any) -> Iterator[Setting]:
    """Each value that differs, as deep as both have mappings."""
    if was == now and type(was) is type(now):
        return
    if _are_maps(was, now) and was and now:
        for key in _keys(was, now):
            yield from _differing((*at, key), was.get(key), now.get(key))
        return
    if at[-1] in _UNORDERED and _are_lists(was, now) and _as_set(was) == _as_set(now):
        return
    summary = "is new" if was is MISSING else "is removed" if now is MISSING else "is changed"
    yield Setting(at, summary, was, now)


def _new_entries(at: Path, was: Any, now: Any, what: str) -> Iterator[Setting]:
    """The suppressions that no former one covers: a shorter or narrower one only tightens."""
    if not _are_lists(was, now):
        yield from _differing(at, was, now)
        return
    for number, entry in enumerate(now):
        if not any(_covers(former, entry) for former in was):
            yield Setting((*at, number), f"is a new or wider {what}", MISSING, entry)


def _covers(former: Any, entry: Any) -> bool:
    if former == entry:
        return True
    if not isinstance(former, Mapping) or not isinstance(entry, Mapping):
        return False
    free = {"until", "attributes"}
    if {k: v for k, v in former.items() if k not in free} != {
        k: v for k, v in entry.items() if k not in free
    }:
        return False
    return _is_no_later(entry.get("until"), former.get("until")) and _is_no_wider(
        entry.get("attributes"), former.get("attributes")
    )


def _is_no_later(until: Any, former: Any) -> bool:
    """Dates are text that sorts; without one a suppression has no end."""
    if former is MISSING:
        return True
    return isinstance(until, str) and isinstance(former, str) and until <= former


def _is_no_wider(attributes: Any, former: Any) -> bool:
    """Without attributes all are meant."""
    if not former:
        return True
    return (
        isinstance(attributes, list) and bool(attributes) and _as_set(attributes) <= _as_set(former)
    )


def _rule(block: Any, own: str | None) -> tuple[Any, Any]:
    """The weight of a rule and its suppressions, however they are written."""
    if isinstance(block, Mapping):
        rest = {key: each for key, each in block.items() if key not in ("severity", "suppress")}
        weight = block.get("severity", own)
        return ([weight, rest] if rest else weight), block.get("suppress", [])
    return (own if block is MISSING else block), []


def _heavier(now: Any, was: Any) -> bool:
    return _WEIGHTS.index(now) > _WEIGHTS.index(was)


def _is_lower(now: Any, was: Any) -> bool:
    """Whether a number or a share is known to be lower, or the same."""
    one, other = _number(now), _number(was)
    return one is not None and other is not None and one[1] == other[1] and one[0] <= other[0]


def _number(value: Any) -> tuple[Fraction, str] | None:
    if isinstance(value, bool):
        return None
    text = str(value)
    unit = "%" if text.endswith("%") else ""
    try:
        return Fraction(text.removesuffix("%")), unit
    except ValueError:
        return None


def _groups(vendor: Any) -> tuple[str, ...]:
    """The systems of a tenant, of which there may be one or several."""
    return tuple(map(str, vendor)) if isinstance(vendor, list) else (str(vendor),)


def _of_kind(said: Any, group: str, kind: str, *, stays: bool) -> Any:
    if isinstance(said, Mapping):
        return said.get(kind, said.get(f"{group}/{kind}", "ignore"))
    return "report" if said == "prune" and stays else said


def _more_kinds(was: Any, now: Any, kinds: Collection[str]) -> list[str]:
    """Kinds that the vendor no longer has; without any kind all are meant at once."""
    named = [k for each in (was, now) if isinstance(each, Mapping) for k in each]
    return [k for k in dict.fromkeys(named) if k not in kinds] or ([] if kinds else ["all kinds"])


def _keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*after, *before)))


def _are_maps(*values: Any) -> bool:
    return all(value is MISSING or isinstance(value, Mapping) for value in values)


def _are_lists(*values: Any) -> bool:
    return all(value is MISSING or isinstance(value, list) for value in values)


def _as_set(values: Any) -> frozenset[str]:
    return frozenset(map(str, values or ()))
