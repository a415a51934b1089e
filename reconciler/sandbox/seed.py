"""The seed of an emulated tenant: read when its database is empty, or when the file has changed."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, TypeVar

from reconciler.sandbox.seed_problems import SeedError, SeedProblems, wrong
from reconciler.sandbox.store import MEMORY, Body, Links, Store, no_links

T = TypeVar("T")

_META, _SETTINGS = "meta", "from-the-seed"


class Seed(Mapping[str, Any]):
    """A seed by its bytes: parsed only when something of it is asked for.

    `also` is what the parsing depends on beside them. A seed of 50,000 people takes seconds to
    parse, and a filled database needs none of it.
    """

    def __init__(
        self, data: bytes, parse: Callable[[bytes], Mapping[str, Any]], *, also: str = ""
    ) -> None:
        self.digest = hashlib.sha256(data + also.encode()).hexdigest()
        self._data = data
        self._parse = parse

    @cached_property
    def _parsed(self) -> Mapping[str, Any]:
        return self._parse(self._data)

    def __getitem__(self, key: str) -> Any:
        return self._parsed[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parsed)

    def __len__(self) -> int:
        return len(self._parsed)


def settings(
    store: Store, seed: Mapping[str, Any], read: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The settings that a tenant takes from its seed at each opening, as `read` finds them.

    It is kept with the data, so that the seed is parsed only where it is another one than then.
    """
    kept = store.get(_META, _SETTINGS)
    digest = seed.digest if isinstance(seed, Seed) else None
    if kept is not None and digest is not None and kept["seed"] == digest:
        found: Mapping[str, Any] = kept["settings"]
        return found
    return read(seed)


def keep_settings(store: Store, seed: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Keep the settings of a seed with the data, unless they are there."""
    if not isinstance(seed, Seed):
        return
    body: Body = {"id": _SETTINGS, "seed": seed.digest, "settings": dict(found)}
    if store.get(_META, _SETTINGS) != body:
        store.put(_META, body, _SETTINGS)


def checked(
    seed: Mapping[str, Any],
    parts: Mapping[str, Callable[[Mapping[str, Any]], T]],
    fill: Callable[[Store], None],
    links: Links = no_links,
) -> Mapping[str, T]:
    """The settings of a seed, each read by a part; raises SeedError with all that is wrong.

    Where one of them is wrong, so may be the data: `fill` puts them into a store that is thrown
    away, so that a person sees everything at once.
    """
    with suppress(SeedError):
        return {name: read(seed) for name, read in parts.items()}
    problems = SeedProblems()
    for name, read in parts.items():
        with problems.section(name):
            read(seed)
    store = Store(MEMORY, links)
    try:
        with problems.section("data"):
            fill(store)
    finally:
        store.close()
    raise SeedError(tuple(problems.found))


def organization(seed: Mapping[str, Any]) -> str:
    """The id of the seeded tenant, a UUID; raises SeedError."""
    found = seed.get("organization")
    text = found.get("id") if isinstance(found, Mapping) else None
    try:
        return str(uuid.UUID(str(text)))
    except ValueError as error:
        raise wrong("organization", f"id {text!r} is not a UUID", hint="`{id: UUID}`") from error


def section(seed: Mapping[str, Any], name: str, read: Callable[[Any], T]) -> T:
    """A section of the seed as `read` takes it, an absent one as an empty mapping.

    Raises SeedError with the ValueError that `read` raises.
    """
    try:
        return read(seed.get(name) or {})
    except ValueError as error:
        raise wrong(name, str(error)) from error


def with_generated(
    seed: Mapping[str, Any], expanded: Callable[[Any], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """A seed with all sections that its `generate` stands for and that are not there beside it."""
    if "generate" not in seed:
        return seed
    return {**section(seed, "generate", expanded), **seed}
