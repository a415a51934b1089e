"""The seed of an emulated tenant: read when its database is empty, or when the file has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from reconciler.sandbox.store import Body, Store

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
    """What a tenant takes from its seed at each opening, as `read` finds it in the seed.

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
