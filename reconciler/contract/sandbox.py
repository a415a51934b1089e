"""Sandbox of a vendor: an emulated tenant, and generated tenants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from reconciler.contract.connection import AsgiApp


class Sandbox(Protocol):
    """An emulated tenant on one database file, which answers as the vendor does."""

    organization: str
    actions: Mapping[str, str]
    signs_in_with: tuple[str, ...]
    """The keys of what identities of a seed sign in with, the usual one first: `token`, or the key
    of a form of credentials."""

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
