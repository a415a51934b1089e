"""The plan: all that a reviewer reads and all that an apply does, as one frozen value.

Sorted, equal if its JSON is equal, and sufficient: apply needs its orders (model/orders.py) and a
connection, nothing else. These are the operations, each with what the plan says of its object.
`TypeAdapter(Plan)` reads and writes it; there is no other format.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from reconciler.errors import ReconcilerError
from reconciler.model import plan_file
from reconciler.model.change import Action, Change
from reconciler.model.guard import NO_REACH, NOTHING_ALLOWED, Allowance, BlastRadius, Guard
from reconciler.model.runbook import RunbookStep
from reconciler.model.set_aside import Base, SetAside
from reconciler.model.value import Json

FORMAT_VERSION = "1.0"
_NOT_SHOWN = re.compile("[^\\x00-\\x7e]")
"""Characters of a JSON document that are only ever inside of texts, and may be invisible."""

Outcome = Literal["no_changes", "changes", "blocked", "error"]
Mode = Literal["normal", "revert"]


@dataclass(frozen=True, slots=True)
class Request:
    """The call an operation makes: where to, on which object, and the attributes it sets.

    `expect` is the digest of the object as the plan saw it; another one at apply is refused.
    `{id}` in `path` stands for an id that the tenant gives when the object is created.
    """

    action: Action
    method: str
    path: str
    object_id: str | None = None
    expect: str | None = None
    values: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One write to one tenant, and the operations that must have succeeded before it.

    Operations of one `batch` go out in one call. With the write the vendor itself changes the
    attributes in `disturbs`; an operation that `mends` another one puts them right, where needed,
    on the object as that one left it: it has no `expect` of its own.
    """

    id: str
    addresses: tuple[str, ...]
    request: Request
    by: Literal["api", "hand"] = "api"
    after: tuple[str, ...] = ()
    batch: str = ""
    disturbs: tuple[str, ...] = ()
    mends: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Operations that need nothing of one another, and of earlier steps their `after` alone."""

    number: int
    tenant: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One object as the plan saw it: vendor id, digest of the live body, digest of our row."""

    id: str | None
    digest: str | None
    row: str | None


@dataclass(frozen=True, slots=True)
class Basis:
    """What one tenant's part of a plan was computed from.

    `objects` holds what the plan changes and what those refer to or are counted with. `unchanged`
    has the digest of the live body behind every other manifest and record, empty where the tenant
    has none; `tenant` is the digest of all that was read.
    """

    manifests: str
    project: str
    organization: str
    objects: Mapping[str, Seen]
    unchanged: Mapping[str, str] = field(default_factory=dict)
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """An ownership row that is rewritten though nothing changes in the tenant."""

    address: str
    object_id: str
    name: str
    applied: Json
    prevent_destroy: bool
    adopted: bool


@dataclass(frozen=True, slots=True)
class TenantRead:
    """One tenant of the plan, and what reading it took.

    `identity` is who asked, empty where the vendor does not say; `partial` has the kinds and
    inventory types of which they see a part only, with the reason. `previous_name` is the name
    under which the state has the tenant: an apply moves that to the new name.
    """

    name: str
    vendor: str
    organization: str
    objects: int
    requests: int
    unmanaged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    identity: str = ""
    partial: Mapping[str, str] = field(default_factory=dict)
    previous_name: str = field(kw_only=True)


class FindingRole(Enum):
    """What a finding of a plan means to an apply, beside its text for people."""

    FOR_PEOPLE = auto()
    NO_STATE = auto()
    UNMATCHED_FILE = auto()


# A plan file (format 1.0) has a finding's code and no other mark of it. Here, and nowhere else, a
# code becomes a type.
_ROLE_OF: Mapping[str, FindingRole] = {
    "PLN134": FindingRole.NO_STATE,
    "PRJ180": FindingRole.UNMATCHED_FILE,
}
_GUARD_OF: Mapping[str, Guard] = {
    "PLN140": "destroy",
    "PLN141": "people",
    "PLN142": "destroy",
    "PLN145": "transient",
    "PLN146": "administrators",
    "PLN157": "policy",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic as machines read it; `suppressed` says why it counts for nothing.

    `consequence_of` is code and place of the finding that this one follows from.
    """

    severity: str
    code: str
    summary: str
    detail: str = ""
    hint: str = ""
    address: str = ""
    tenant: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None
    path: str = ""
    source: str = ""
    suppressed: str = ""
    consequence_of: str = ""

    @property
    def guard(self) -> Guard:
        """The guard that an error of a blocked plan comes from."""
        return _GUARD_OF.get(self.code, "lockout")

    @property
    def role(self) -> FindingRole:
        """What it means to an apply."""
        return _ROLE_OF.get(self.code, FindingRole.FOR_PEOPLE)

    @property
    def mark(self) -> str:
        """Code and place, what `consequence_of` of others holds."""
        at = f"{self.file}:{self.line}:{self.column}" if self.line else self.address
        return f"{self.code} {at}".rstrip()


@dataclass(frozen=True, slots=True)
class SideEffect:
    """What the vendor does by itself when an operation is carried out.

    `window` says what somebody may do meanwhile and neither before nor after, empty where there is
    nothing; `people` are so many, and `who` names each. `mended_by` is the operation that ends it.
    """

    rule: str
    address: str
    tenant: str
    summary: str
    caused_by: str
    mended_by: str = ""
    window: str = ""
    people: int = 0
    who: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Headroom:
    """How much of a limit is used once the plan is carried out, from 80 % on.

    `subject` is the address of what has the limit, or a name where nobody manages it; `title` is
    what is counted.
    """

    rule: str
    title: str
    subject: str
    tenant: str
    used: int
    limit: int
    percent: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts, each object once: an adopted object with changes counts under adopt alone."""

    add: int = 0
    change: int = 0
    destroy: int = 0
    deactivate: int = 0
    reactivate: int = 0
    adopt: int = 0
    by_hand: int = 0
    move: int = 0
    forget: int = 0
    no_op: int = 0
    writes: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan of a command, over one or several tenants.

    A `blocked` one is whole and can be saved, but the guards named there stop its apply, unless
    they are overridden; `allowed` are the overrides that it was made with, and needed. `runbook`
    is what a person has to do, as the vendor has no API for it: those operations are `by` hand.
    `set_aside` are the checks that the project does without; `base` is the revision that the change
    was compared with, where one was given. A saved one may have a `signature` (plan_signature.py).
    """

    format_version: str
    tool_version: str
    mode: Mode
    basis: Mapping[str, Basis]
    tenants: tuple[TenantRead, ...]
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    records: tuple[Record, ...]
    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    summary: Summary
    outcome: Outcome
    complete: bool
    errored: bool
    targets: tuple[str, ...] = ()
    blast_radius: BlastRadius = NO_REACH
    allowed: Allowance = NOTHING_ALLOWED
    blocked: tuple[Guard, ...] = ()
    limits: tuple[Headroom, ...] = ()
    side_effects: tuple[SideEffect, ...] = ()
    runbook: tuple[RunbookStep, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    base: Base | None = None
    signature: str = ""

    def operations(self) -> Iterator[Operation]:
        """Every operation in the order of execution."""
        for step in self.steps:
            yield from step.operations

    @property
    def differs(self) -> bool:
        """Whether Git and the tenant (or what our state knows of it) differ."""
        is_renamed = any(tenant.previous_name for tenant in self.tenants)
        return bool(self.changes or self.records) or is_renamed


class BlockedError(ReconcilerError):
    """Guards stop a plan; carries what they found, and `wanted`, the leave that lets it pass."""

    outcome = "blocked"

    def __init__(self, findings: tuple[Finding, ...], wanted: str) -> None:
        super().__init__(
            "RUN141",
            "the plan is blocked; nothing was written",
            detail="\n".join(f"{each.code}: {each.summary}" for each in findings),
            hint=f"if it is meant as planned, pass `--allow {wanted}`",
        )
        self.findings = findings
        self.wanted = wanted


@cache
def _adapter() -> TypeAdapter[Plan]:
    return TypeAdapter(Plan)


def dump(plan: Plan) -> bytes:
    """The plan as one JSON document, indented for people and diffs.

    It is ASCII: characters that could break a terminal are escaped.
    """
    document = _adapter().dump_json(plan, indent=2) + b"\n"
    if document.isascii() and b"\x7f" not in document:
        return document
    return _NOT_SHOWN.sub(_escaped, document.decode()).encode("ascii")


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if found[0] != "\x7f" else "\\u007f"


def load(data: bytes) -> Plan:
    """The inverse of `dump`; raises UsageError (RUN101) for anything else."""
    document = plan_file.document(data, FORMAT_VERSION)
    try:
        plan = _adapter().validate_json(data, strict=True)
    except ValidationError as error:
        plan_file.refuse(plan_file.wrong_types(error))
        raise  # pragma: no cover - at least one thing is wrong
    plan_file.refuse(plan_file.loose_ends(document))
    return plan


def reread(plan: Plan) -> Plan:
    """The plan as it is once it was saved and loaded, so that two can be compared."""
    return _adapter().validate_json(_adapter().dump_json(plan))


def fingerprint(document: bytes) -> str:
    """sha256 of a plan's JSON, as `dump` gives it: two plans are equal if theirs are."""
    return hashlib.sha256(document).hexdigest()
