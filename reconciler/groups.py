"""The groups of one tenant: each is a vendor's, and all of them are of one organization."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from reconciler.contract.access import Lockout
from reconciler.contract.answers import offered
from reconciler.contract.connection import AuditReader, Endpoint
from reconciler.contract.credentials import CredentialForm, CredentialPart
from reconciler.contract.sandbox import Sandbox
from reconciler.contract.vendor import Declared, Kind, Vendor
from reconciler.model.address import GroupKind
from reconciler.model.rate import Rate

T = TypeVar("T")


@dataclass(frozen=True)
class Groups:
    """The vendors of a tenant as planning asks them, in the order of the project file."""

    vendors: tuple[Vendor, ...]

    def __iter__(self) -> Iterator[Vendor]:
        return iter(self.vendors)

    def __contains__(self, group: str) -> bool:
        return group in self._by_name

    def of(self, group: str) -> Vendor:
        """The vendor of a group; raises KeyError."""
        return self._by_name[group]

    @cached_property
    def _by_name(self) -> Mapping[str, Vendor]:
        return {vendor.name: vendor for vendor in self.vendors}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the groups."""
        return tuple(self._by_name)

    @property
    def name(self) -> str:
        """The names of the groups in one text."""
        return ", ".join(self._by_name)

    @property
    def title(self) -> str:
        """The titles of the systems."""
        return ", ".join(vendor.title for vendor in self.vendors)

    @cached_property
    def kinds(self) -> Mapping[GroupKind, Kind]:
        """Every managed kind."""
        return {kind.key: kind for vendor in self.vendors for kind in vendor.kinds}

    @cached_property
    def inventory(self) -> frozenset[GroupKind]:
        """Every type that manifests may name and that is read."""
        return frozenset(
            GroupKind(vendor.name, each) for vendor in self.vendors for each in vendor.inventory
        )

    @cached_property
    def declared(self) -> Mapping[GroupKind, Declared]:
        """Every type that manifests may name and that no API lists."""
        return {
            GroupKind(vendor.name, each): declared
            for vendor in self.vendors
            for each, declared in vendor.declared.items()
        }

    def named(self, name: str) -> tuple[GroupKind, ...]:
        """The kinds that a person may mean by `Kind` or by `group/Kind`."""
        return tuple(key for key in self.kinds if name in (key.name, str(key)))

    def claimed(self, key: GroupKind) -> GroupKind:
        """The kind of a record; one from before groups were recorded is of the only such kind."""
        if key.group:
            return key
        found = self.named(key.name)
        return found[0] if len(found) == 1 else key

    def claimed_names(
        self, names: Mapping[tuple[GroupKind, str], str]
    ) -> dict[tuple[GroupKind, str], str]:
        """The names that were ever used, each under the kind that it is of."""
        return {(self.claimed(kind), name): owner for (kind, name), owner in names.items()}

    @property
    def lockouts(self) -> Mapping[str, Lockout]:
        """The lockout checks, by group."""
        return {v.name: hook for v in self.vendors if (hook := offered(v.lockout))}

    @property
    def audits(
        self,
    ) -> Mapping[str, Callable[[Endpoint], AbstractAsyncContextManager[AuditReader]]]:
        """The logs of who changed what, by group."""
        return {v.name: log for v in self.vendors if (log := offered(v.audit))}

    def label(self, key: GroupKind) -> str:
        """A kind or type as people read it: by its name, where only one group has that name."""
        every = (*self.kinds, *self.inventory, *self.declared)
        return key.name if sum(each.name == key.name for each in every) <= 1 else str(key)

    def by_label(self, by_kind: Mapping[GroupKind, T]) -> dict[str, T]:
        """The same by how people read the kinds."""
        return {self.label(kind): value for kind, value in by_kind.items()}

    @property
    def rate(self) -> Rate | None:
        """The rate of requests, as all groups share one queue: that of the slowest."""
        rates = [rate for vendor in self.vendors if (rate := offered(vendor.rate))]
        return min(rates, key=lambda rate: rate.requests / rate.seconds, default=None)

    @property
    def sandbox(self) -> Callable[[Path, Mapping[str, Any]], Sandbox] | None:
        """The emulated organization, with all of its groups."""
        return next((each for v in self.vendors if (each := offered(v.sandbox))), None)

    @property
    def token(self) -> CredentialPart | None:
        """The form of a bare token, where one may stand under `credentials`."""
        return next((each for v in self.vendors if (each := offered(v.token))), None)

    @property
    def credential_forms(self) -> Mapping[str, CredentialForm]:
        """The credentials in parts that these systems take, by their keys in the project file."""
        return {form.key: form for vendor in self.vendors for form in vendor.credential_forms}
