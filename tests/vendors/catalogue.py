"""The shape of a vendor's catalogue of cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.model.resource import Spec
from reconciler.rules.rule import Rule

EXAMPLES = Path(__file__).parents[2] / "config-examples"


@dataclass(frozen=True)
class Case:
    """What Git had, which was applied, and what it has now; the actions of the plan between."""

    had: tuple[str, ...]
    has: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Drifted:
    """Something done in the console after `manifests` were applied, and what drift says of it."""

    action: str
    arguments: Mapping[str, str]
    address: str
    path: str


@dataclass(frozen=True)
class Catalogue:
    """One vendor's cases, on a small tenant of its own and on its example.

    - `project`, `seed`: a project with one sandbox tenant, `test`, that has all calls.
    - `manifests`: at least one of each kind, which the tenant lacks or has otherwise.
    - `cases`: by name, one for each way in which objects of this vendor change.
    - `drifted`: what somebody does behind Git's back.
    - `reads`: calls that change nothing though they are no GET, as `METHOD path` patterns.
    - `not_compared`: attributes that no manifest declares, and attributes by which others are
      left out (`fullAccess` takes the place of `permissions`).
    - `statuses(folder, rule, example)`: how a fresh tenant answers the manifests of an example of a
      rule, sent as raw calls; `taken` are rules whose bad example it takes, and why.
    - `example`: the seed file and the tenant of `config-examples/<vendor>`.
    """

    vendor: str
    project: str
    seed: str
    manifests: tuple[str, ...]
    cases: Mapping[str, Case]
    drifted: tuple[Drifted, ...]
    reads: tuple[str, ...]
    example_seed: str
    example_tenant: str
    statuses: Callable[[Path, Rule[Spec], str], list[int]]
    taken: Mapping[str, str] = field(default_factory=dict)
    not_compared: frozenset[str] = frozenset()
    instead_of: Mapping[str, str] = field(default_factory=dict)
    seed_faults: str = ""
    fault_places: frozenset[tuple[int, int]] = frozenset()

    @property
    def example(self) -> Path:
        """The folder of the vendor's example."""
        return EXAMPLES / self.vendor
