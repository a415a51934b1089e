"""The calls of the vendor's API for a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.contract.answers import NotOffered
from reconciler.model.change import Action
from reconciler.rules.world import World


@dataclass(frozen=True, slots=True)
class Bulk:
    """The vendor's call for updates of several objects of a kind.

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
class Api:
    """The calls of the vendor's API for a kind.

    - `endpoint(action, id)`: method and path of the vendor's API, for the reader of a plan.
    - `bulk`: how updates of several objects go out in one call.
    """

    endpoint: Callable[[Action, str], tuple[str, str]]
    bulk: Bulk | NotOffered
