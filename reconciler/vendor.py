"""The contract between the core and a vendor; the core knows no vendor by name.

A vendor is one frozen `Vendor` value, offered as an entry point of the group
`reconciler.vendors`. It describes its kinds as data, turns manifests into values in normal form
(`Kind.desired`), and opens three things on request: a reader, a writer and, where it has one, a
sandbox. Planning, ordering, rules, journal and output are the core's and shared.

- `read` proves that each list was complete, or raises; absence is only ever concluded from a
  complete list.
- A reader has no way to write: `plan` and `drift` are given nothing else.
- A writer re-reads what it writes and answers with the object as the tenant then has it.
"""

from __future__ import annotations

from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from reconciler.errors import ProjectError, ReconcilerError
from reconciler.model.address import GroupKind
from reconciler.model.audit import AuditEvent
from reconciler.model.change import Action
from reconciler.model.diagnostic import Path as AttributePath
from reconciler.model.facts import Facts
from reconciler.model.live import InventoryItem, LiveObject, Snapshot
from reconciler.model.rate import Rate
from reconciler.model.resource import Reference, Resource, Spec
from reconciler.model.runbook import Guide
from reconciler.model.value import Json, Ref, Value, Values
from reconciler.rules.rule import Document, RuleSet
from reconciler.rules.world import Expected, World

CONTRACT = 1
"""The version of this contract; a vendor made for another one is refused by name."""

ENTRY_POINTS = "reconciler.vendors"

AsgiApp = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]


class Removal(StrEnum):
    """What leaving Git means for a kind."""

    DELETE = "delete"
    DEACTIVATE = "deactivate"
    FORGET = "forget"


class Resolve(Protocol):
    """Turns a reference of a manifest into the identity of what it names.

    `kind` is a managed kind or an inventory type, of the manifest's own group where it is only a
    name; `path` is where the reference stands. What cannot be resolved is reported by the caller of
    `Kind.desired`, once, at that place.
    """

    def __call__(self, kind: str | GroupKind, reference: Reference, path: AttributePath) -> Ref:
        """The identity of the one thing that is named."""


class Refer(Protocol):
    """Says how a manifest names what an identity stands for: the inverse of `Resolve`."""

    def __call__(self, kind: str | GroupKind, key: Ref) -> Json:
        """A name, or `{id: …}` where no name tells which one is meant.

        `kind` is a managed kind or an inventory type.
        """


@dataclass(frozen=True, slots=True)
class Danger:
    """Why a value gives more power than its words show, and the rule that says so."""

    note: str
    rule: str


def no_danger(_path: tuple[str, ...], _value: object) -> Danger | None:
    """For kinds whose values say all there is to say."""
    return None


def members_open(_path: tuple[str, ...], before: Value, after: Value) -> bool:
    """For kinds of which a value opens more where it has more members, or is there at all."""
    if isinstance(before, frozenset) and isinstance(after, frozenset):
        return bool(after - before)
    return bool(after) and not before


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Why who applies may not write an object: the rule that says so, and what to do.

    Where nothing tells their rights it is not `known`: then the plan says that nobody checked.
    """

    code: str
    source: str
    summary: str
    hint: str = ""
    known: bool = True


Permitted = Callable[[Action, Expected, World], Forbidden | None]
"""Whether who applies may create, change or delete an object; None where nothing forbids it."""


def always_on(_values: Values) -> bool:
    """For kinds that are never switched off."""
    return True


ByHand = Callable[[Action, Expected, World], Guide | None]
"""How a person makes a change for which the vendor offers no API; None where it does."""


def nothing_by_hand(_action: Action, _object: Expected, _world: World) -> None:
    """For kinds that the API can change in every way."""


def permitted_to_all(_action: Action, _object: Expected, _world: World) -> None:
    """For kinds of which nothing tells who may write them."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What a vendor itself makes of an object with a write of ours, and the rule that says so.

    `values` are the attributes that it changes, as it will leave them, whatever the write says;
    `summary` tells it. `wider` says what people may do then, and neither before nor once the
    object is as it is to be; it is empty where there is nothing.
    """

    rule: str
    values: Values
    summary: str
    wider: str = ""


SideEffects = Callable[[Values, Values, Facts], Iterable[Disturbance]]
"""What a vendor makes of an object besides, when it is changed from the first values to the second;
`Facts` are the tenant's."""


def no_side_effects(_before: Values, _after: Values, _facts: Facts) -> tuple[Disturbance, ...]:
    """For kinds that stay as they are written."""
    return ()


Brings = Callable[[Values, Values, Facts], Values]
"""The first values, which are declared, with what the vendor adds to them of its own; the second
are those of now, empty for a new object, and `Facts` the tenant's."""


def brings_nothing(declared: Values, _before: Values, _facts: Facts) -> Values:
    """For kinds that have what is declared and no more."""
    return declared


@dataclass(frozen=True, slots=True)
class Bulk:
    """How a vendor takes updates of several objects of a kind in one call.

    `permitted` says whether who applies is known to have the rights that it needs. Fewer than
    `least` go out one by one, more than `most` in several calls. `method` and `path` are the call,
    for the reader of a plan.
    """

    method: str
    path: str
    permitted: Callable[[World], bool]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Limit:
    """How much there may be of something, and the rule that says so.

    `used` gives of each thing that has the limit its address or name, and how much there is once
    the plan is carried out; `title` is what is counted, such as `resource collections`.
    """

    rule: str
    title: str
    most: int
    used: Callable[[World], Iterable[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Declared:
    """An inventory type that no API lists: the tenant's facts do.

    `fact` is what it is called under `facts`; `items` gives all of them, None where the project
    does not declare that fact.
    """

    fact: str
    items: Callable[[Facts], tuple[InventoryItem, ...] | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's values at one moment, and the values of what they refer to at that moment.

    `of` gives None for what nobody knows.
    """

    values: Values
    of: Callable[[Ref], Values | None]


@dataclass(frozen=True, slots=True)
class Lockout:
    """How a vendor's people could lock themselves out.

    - `administers(person)`: whether they can give everybody access, themselves included.
    - `lost(before, after)`: in words, what a person has before and no longer has after.
    """

    administers: Callable[[Standing], bool]
    lost: Callable[[Standing, Standing], tuple[str, ...]]


Powers = Callable[[Standing], frozenset[str] | None]
"""What a person can give or define of other people's rights, in words; None where their access is
hidden."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One managed kind, described by data; generic code plans it.

    - `desired(resource, resolve)`: the declared attributes in normal form; what a manifest does
      not mention is absent, a map that it mentions is complete.
    - `spec_of(values, refer)`: the spec that declares these values, as a person would write it: in
      the order of the model, what grants nothing left out; the inverse of `desired`. Values that no
      manifest can declare are left out too. It is asked for any part of the values.
    - `endpoint(action, id)`: method and path of the vendor's API, for the reader of a plan.
    - `required`: attributes without which a new object cannot be, and how they are written;
      `creatable` is False where the vendor offers no create (`uncreatable` says who does).
    - `immutable`: attribute to what a person should do instead of changing it.
    - `nothing`: values that grant nothing, left out where a new object is shown.
    - `protected_is_fixed`: the vendor refuses changes of its own (protected) objects.
    - `share_limit`: at most so many objects of this kind may refer to one and the same object.
    - `count_limit`: a tenant holds at most so many objects of this kind.
    - `access`: attributes that decide what people may do, themselves or by what they refer to.
    - `opens(path, before, after)`: whether the second value of an attribute of `access` lets people
      do something that the first does not; None is a value that is not there.
    - `permitted(action, object, world)`: whether who applies may write the object at all; rules
      say the rest.
    - `by_hand(action, object, world)`: how a person makes the change, or that part of it which no
      API offers: it becomes a step of the runbook, and what needs it waits.
    - `spends_names`: a name that was ever used, whatever its case, is never free again; every name
      that is read is remembered.
    - `is_on(values)`: whether an object can be used, for kinds that are switched off rather than
      deleted; `off` are the values that switch one off when it leaves Git (`Removal.DEACTIVATE`).
      Whoever uses an object is written after it is switched on, and before it is switched off.
    - `copies`: the attribute that names another object of this kind, with whose values of the
      `copied` attributes a new one starts where its manifest does not declare them. It says nothing
      of an object that exists.
    - `brings(declared, before, facts)`: the declared values with what the vendor adds to them, such
      as a right that another one needs; it is planned, shown and written like what is declared.
    - `side_effects(before, after, facts)`: what the vendor itself changes of an object with an
      update; the plan puts right what is to be otherwise.
    - `bulk`: how updates of several objects go out in one call, None where they never do.
    - `order`: kinds with a lower number are shown and written first, where nothing else decides.
    """

    name: str
    group: str
    spec: type[Spec]
    desired: Callable[[Resource[Any], Resolve], Values]
    spec_of: Callable[[Values, Refer], dict[str, Json]]
    endpoint: Callable[[Action, str], tuple[str, str]]
    order: int
    removal: Removal = Removal.DELETE
    creatable: bool = True
    uncreatable: str = ""
    person: bool = False
    required: Mapping[str, str] = field(default_factory=dict)
    immutable: Mapping[str, str] = field(default_factory=dict)
    nothing: frozenset[str] = frozenset()
    protected_is_fixed: bool = False
    share_limit: int | None = None
    count_limit: int | None = None
    access: frozenset[str] = frozenset()
    opens: Callable[[tuple[str, ...], Value, Value], bool] = members_open
    danger: Callable[[tuple[str, ...], object], Danger | None] = no_danger
    permitted: Permitted = permitted_to_all
    by_hand: ByHand = nothing_by_hand
    spends_names: bool = False
    is_on: Callable[[Values], bool] = always_on
    off: Values = field(default_factory=dict)
    copies: str = ""
    copied: frozenset[str] = frozenset()
    brings: Brings = brings_nothing
    side_effects: SideEffects = no_side_effects
    bulk: Bulk | None = None

    @property
    def key(self) -> GroupKind:
        """The kind with its group."""
        return GroupKind(self.group, self.name)


class TokenSource(Protocol):
    """What gives the access token of a tenant; neither it nor the token is ever shown."""

    async def token(self) -> str:
        """The token to send; raises ProjectError or TenantError where there is none."""

    async def renewed(self, refused: str) -> str | None:
        """Another token after the tenant refused this one, None where there is no other."""


class Pace(Protocol):
    """The one queue of all requests to a tenant, and the clock that it goes by."""

    async def turn(self) -> None:
        """Wait until one more request may be sent, and count it."""

    def hold(self, seconds: float, why: str = "") -> None:
        """Let nobody have a turn for so long: the tenant said that there were too many.

        `why` is the reason that a person is shown who waits for it.
        """

    def now(self) -> float:
        """Seconds on a clock that never jumps."""

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """The call that fetches a new access token; the form is never shown.

    It goes as a form (RFC 6749, section 6), or `as_json`. `what` is what the token is for, and
    `help` what to do where none is given.
    """

    host: str
    path: str
    form: Mapping[str, str] = field(repr=False)
    as_json: bool = False
    what: str = "service app"
    help: str = (
        "check its id and secret, and whether an administrator still authorizes it; a refresh "
        "token ends after some months without use, or when a newer one was given"
    )


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a tenant is and how to get in; the token is never shown.

    Either the `region` tells the hosts, or the tenant is a sandbox that answers for all of them:
    `app` in this process, or `url` on this machine. `assumed` are the endpoints to use that the
    vendor has not published. Without a `pace` requests go out as they come. `permit` is asked right
    before each write is sent, and raises where it must not be; `unsent` is told where the tenant
    surely did not process it after all. `waiting` is called with the reason when a write has to
    wait for the tenant.
    """

    tenant: str
    organization: str
    token: TokenSource = field(repr=False)
    region: str | None = None
    app: AsgiApp | None = None
    url: str | None = None
    parallelism: int = 8
    pace: Pace | None = None
    assumed: frozenset[str] = frozenset()
    progress: Callable[[str, int, int], None] = field(default=lambda _what, _done, _all: None)
    permit: Callable[[], None] = field(default=lambda: None, repr=False)
    unsent: Callable[[], None] = field(default=lambda: None, repr=False)
    waiting: Callable[[str], None] = field(default=lambda _reason: None, repr=False)


class AuditReader(Protocol):
    """A connection to a vendor's audit log, which can only read."""

    async def events(self, since: datetime, until: datetime) -> tuple[AuditEvent, ...]:
        """Every event from `since` to `until` (UTC) that changed something, the oldest first.

        Raises TenantError where it cannot be read, or does not prove that it is complete.
        """


class Reader(Protocol):
    """A connection that can only read."""

    async def read(self, resources: tuple[Resource[Any], ...], remembered: Json = None) -> Snapshot:
        """Everything that the kinds of this vendor need to be judged; raises TenantError.

        `remembered` is the `Snapshot.memory` of an earlier reading: what a list tells to be of the
        same version need not be read again. A reader is free to make nothing of it.
        """


@dataclass(frozen=True, slots=True)
class Written:
    """The object as the tenant has it after a write (None once deleted).

    `attempts` says how many times the write was sent.
    """

    live: LiveObject | None
    tracking_id: str
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Update:
    """One of several updates: the object, the attributes to give it, the digest it must have."""

    object_id: str
    values: Values
    expect: str


class Writer(Protocol):
    """A connection that carries out operations, one object each, or a batch of them in one call.

    Where the answer to a write is lost, the writer finds out by reading whether it landed; what it
    cannot find out it raises as UnknownOutcomeError.
    """

    async def fetch(self, kind: str, object_id: str) -> LiveObject | None:
        """The object as it is now, None where the tenant answers that it is gone."""

    async def find(self, kind: str, name: str) -> LiveObject | None:
        """The object that carries this vendor name, None where there is none."""

    async def taken(self, kind: str, names: Collection[str]) -> Mapping[str, str]:
        """Those of these vendor names that objects carry, each with the id of its object."""

    async def create(self, kind: str, values: Values) -> Written:
        """Make the object with these attributes."""

    async def update(self, kind: str, object_id: str, values: Values, expect: str) -> Written:
        """Give the object these attributes and leave the others.

        Raises StalePlanError where the object's digest is no longer `expect`.
        """

    async def update_many(
        self, kind: str, updates: Sequence[Update]
    ) -> list[Written | ReconcilerError]:
        """Do these updates in one call; asked for kinds that have `bulk`, and for no others.

        Answers one by one, in the order given, with what `update` would answer or raise: one that
        fails keeps none of the others back. The objects are different ones.
        """

    async def delete(self, kind: str, object_id: str, expect: str) -> Written:
        """Remove the object; raises StalePlanError like `update`."""


class Sandbox(Protocol):
    """An emulated tenant on one database file, which answers as the vendor does."""

    organization: str
    actions: Mapping[str, str]

    def app(self) -> AsgiApp:
        """The tenant's API, to be called in-process."""

    def token(self, identity: str | None) -> str:
        """The token of a seeded identity, by default the first full administrator's."""

    def act(self, action: str, arguments: Mapping[str, str], identity: str | None) -> str:
        """Do what a person would do in the vendor's console; answers with what was done."""

    def close(self) -> None:
        """Let go of the database."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A made-up tenant: its seed with every row, the same in few words, and its manifests."""

    seed: Callable[[], Mapping[str, Any]]
    short: Mapping[str, Any]
    manifests: Callable[[], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """How something is written: an expression that fits the whole of it, and the same in words."""

    expression: str
    words: str


@dataclass(frozen=True, slots=True)
class Vendor:
    """One system: the whole wiring in one value.

    `family` is what its organizations are of: groups of one family may be groups of one tenant,
    with one token, one queue of requests and one sandbox.

    `inventory` are the types that manifests may name and that `Reader.read` brings along;
    `declared` those that it cannot bring, because no API lists them. `facts` is the shape of what
    the project file declares because no API tells it; `documents` are those that its rules name as
    their source. `rate` is what a tenant takes when the project sets nothing. `assumed` has the
    endpoints that the vendor has not published, by id, and what each is for. `token_request` makes,
    of a service app's id, secret and refresh token, the call for an access token, `access_key` of a
    tenant's region and an access key's id and secret. `audit` reads the
    log of who changed what, None where the vendor has none. `lockout` tells
    who administers a tenant, None where nobody can be locked out; `powers` what a person can give
    or define of rights, None where this version does not know it; `limits` are those of which a
    plan tells how near it comes. `organization` is how the ids of tenants are written. `generate`
    makes up a tenant of so many objects, the same for the same number; one vendor is
    `generated_by_default`, where nobody says of which system a tenant is wanted.
    """

    name: str
    family: str
    title: str
    api_version: str
    kinds: tuple[Kind, ...]
    rules: RuleSet
    reader: Callable[[Endpoint], AbstractAsyncContextManager[Reader]]
    writer: Callable[[Endpoint], AbstractAsyncContextManager[Writer]]
    inventory: tuple[str, ...] = ()
    declared: Mapping[str, Declared] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    organization: Pattern | None = None
    facts: type[Facts] = Facts
    documents: tuple[Document, ...] = ()
    lockout: Lockout | None = None
    powers: Powers | None = None
    limits: tuple[Limit, ...] = ()
    sandbox: Callable[[Path, Mapping[str, Any]], Sandbox] | None = None
    rate: Rate | None = None
    assumed: Mapping[str, str] = field(default_factory=dict)
    token_request: Callable[[str, str, str], TokenRequest] | None = None
    access_key: Callable[[str | None, str, str], TokenRequest] | None = None
    audit: Callable[[Endpoint], AbstractAsyncContextManager[AuditReader]] | None = None
    generate: Callable[[int, int], Generated] | None = None
    generated_by_default: bool = False
    contract: int = CONTRACT

    def kind(self, name: str) -> Kind:
        """The kind of that name; raises KeyError."""
        return {kind.name: kind for kind in self.kinds}[name]


def discover() -> dict[str, Vendor]:
    """The vendors that are installed, by name.

    Raises ProjectError, naming the package, where one cannot be loaded, was made for another
    version of this contract, or offers a name twice.
    """
    vendors: dict[str, Vendor] = {}
    for entry in sorted(metadata.entry_points(group=ENTRY_POINTS), key=lambda e: e.name):
        package = entry.dist.name if entry.dist else entry.value
        if entry.name in vendors:
            raise ProjectError("PRJ130", f"vendor `{entry.name}` is offered twice ({package})")
        try:
            vendor = entry.load()
        except Exception as error:
            raise ProjectError(
                "PRJ131", f"vendor `{entry.name}` of {package} cannot be loaded: {error}"
            ) from error
        if not isinstance(vendor, Vendor) or vendor.contract != CONTRACT:
            raise ProjectError(
                "PRJ132", f"vendor `{entry.name}` of {package} does not fit contract {CONTRACT}"
            )
        vendors[entry.name] = vendor
    return vendors
