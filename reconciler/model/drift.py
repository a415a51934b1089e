"""Differences between a tenant and what was last applied, as every report has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconciler.model.change import AttributeChange, Source
from reconciler.model.value import Json


@dataclass(frozen=True, slots=True)
class Contested:
    """One attribute that was changed outside and in Git, to different values, as plain JSON."""

    path: str
    applied: Json
    git: Json
    tenant: Json


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Why a difference is suppressed, and the last day of it, empty for good."""

    reason: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that is not as last applied (drifted), or that Git wants changed (pending).

    A drifted one was changed, is gone (`removed`), or came and is not in Git (`added`); what
    stands in `both` was changed in Git as well. `origin` says who made it, as far as that is
    known, `rule` and `why` how that is known, or why it is not; of a person `by`, `at` (RFC 3339,
    UTC), how sure that is, and `others` who may have made it as well. What the vendor made stands
    apart from what else differs in the same object, and so does what is suppressed
    (`suppressed`). `replaces` is the id of the object of the state that this one took the place of,
    `called` what a person of the state is called now, and `is_recreated` says that a plan creates
    what is gone. `people` is how many hold the object. A pending one weighs nothing: `plan` judges
    it.
    """

    address: str
    tenant: str
    kind: str
    change: Literal["changed", "added", "removed"]
    state: Literal["drifted", "pending"]
    attributes: tuple[AttributeChange, ...]
    origin: Literal["vendor", "person", "unknown"] = "unknown"
    source: Source | None = None
    rule: str = ""
    why: str = ""
    name: str = ""
    object_id: str = ""
    by: str = ""
    at: str = ""
    confidence: Literal["certain", "likely", "possible", ""] = ""
    others: tuple[str, ...] = ()
    severity: str = ""
    meaning: str = ""
    people: int = 0
    gains: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()
    both: tuple[Contested, ...] = ()
    suppressed: Suppressed | None = None
    replaces: str = ""
    called: str = ""
    is_recreated: bool = False
