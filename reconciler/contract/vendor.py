"""The contract between the core and a vendor; the core knows no vendor by name.

A vendor is one frozen `Vendor` value, offered as an entry point of the group
`reconciler.vendors`. Each of its kinds answers in four parts: what it is (`Shape`), how it comes
and goes (`Lifecycle`), what it lets people do (`Access`), how the vendor is spoken to (`Api`).
Every hook is given or answered with `NOT_OFFERED(reason, document)`; nothing has a default.
Planning, ordering, rules, journal and output are the core's and shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.contract.access import Access, Lockout, Powers
from reconciler.contract.answers import NotOffered
from reconciler.contract.api import Api
from reconciler.contract.connection import AuditReader, Endpoint, Reader, Writer
from reconciler.contract.credentials import CredentialForm, CredentialPart
from reconciler.contract.lifecycle import Lifecycle
from reconciler.contract.sandbox import Generated, Sandbox
from reconciler.contract.shape import Shape
from reconciler.model.address import GroupKind
from reconciler.model.facts import Facts
from reconciler.model.live import InventoryItem
from reconciler.model.rate import Rate
from reconciler.rules.rule import Document, RuleSet
from reconciler.rules.world import World

CONTRACT = 2
"""The version of this contract; a vendor made for another one is refused by name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One managed kind of a group, described by data; generic code plans it."""

    name: str
    group: str
    shape: Shape
    lifecycle: Lifecycle
    access: Access
    api: Api

    @property
    def key(self) -> GroupKind:
        """The kind with its group."""
        return GroupKind(self.group, self.name)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on the number of something, and the rule that says so.

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
class Pattern:
    """The spelling of something: an expression that fits the whole of it, and the same in words."""

    expression: str
    words: str


@dataclass(frozen=True, slots=True)
class Vendor:
    """One system: the whole wiring in one value.

    `family` is what its organizations are of: groups of one family may be groups of one tenant,
    with one token, one queue of requests and one sandbox.

    `inventory` are the types that manifests may name and that `Reader.read` brings along;
    `declared` those that it cannot bring, because no API lists them. `facts` is the shape of what
    the project file declares because no API returns it; `documents` are those that its rules name
    as their source. `rate` is what a tenant takes when the project sets nothing. `assumed` has the
    endpoints that the vendor has not published, by id, and what each is for. `token` is an access
    token that stands under `credentials` by itself, `credential_forms` are the credentials of
    several parts. `audit` reads the log of who changed what. `lockout` says who administers a
    tenant, `powers` what a person can give or define of rights; `limits` are those of which a plan
    shows how near it comes. `organization` is how the ids of tenants are written. `generate` makes
    a tenant of so many objects, the same for the same number; one vendor is
    `generated_by_default`, where nobody says for which system to generate a tenant.
    """

    name: str
    family: str
    title: str
    api_version: str
    contract: int
    kinds: tuple[Kind, ...]
    rules: RuleSet
    documents: tuple[Document, ...]
    facts: type[Facts]
    inventory: tuple[str, ...]
    declared: Mapping[str, Declared]
    regions: tuple[str, ...]
    organization: Pattern | NotOffered
    rate: Rate | NotOffered
    assumed: Mapping[str, str]
    token: CredentialPart | NotOffered
    credential_forms: tuple[CredentialForm, ...]
    lockout: Lockout | NotOffered
    powers: Powers | NotOffered
    limits: tuple[Limit, ...]
    reader: Callable[[Endpoint], AbstractAsyncContextManager[Reader]]
    writer: Callable[[Endpoint], AbstractAsyncContextManager[Writer]]
    audit: Callable[[Endpoint], AbstractAsyncContextManager[AuditReader]] | NotOffered
    sandbox: Callable[[Path, Mapping[str, Any]], Sandbox] | NotOffered
    generate: Callable[[int, int], Generated] | NotOffered
    generated_by_default: bool

    def kind(self, name: str) -> Kind:
        """The kind of that name; raises KeyError."""
        return {kind.name: kind for kind in self.kinds}[name]
