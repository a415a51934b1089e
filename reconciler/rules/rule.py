"""Documented rules: each a function with a code, a source, a good and a bad example."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any, Generic, Literal, TypeVar

from reconciler.model.diagnostic import Path, Severity
from reconciler.model.resource import Resource, Spec
from reconciler.rules.world import World


class Where(StrEnum):
    """A place that must honour a rule."""

    MANIFEST = "manifest"
    LIVE = "live"
    ORDER = "order"
    IDENTITY = "identity"
    DRIFT = "drift"
    ACCESS = "access"
    TENANT = "tenant"


@dataclass(frozen=True, slots=True)
class Document:
    """A vendor document; `D1 / "System limits"` names one of its sections."""

    code: str
    title: str

    def __truediv__(self, section: str) -> str:
        return f"{self.code}, {section}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding of a rule: where in the manifest, what is wrong, what to do.

    Findings with the same `cause` come from one slip (`model/causes.py`). What other rules find at
    the place of a value that is none of those that there are follows from that.
    """

    path: Path
    summary: str
    hint: str = ""
    severity: Severity | None = None
    on_key: bool = False
    cause: str = ""
    is_unknown_value: bool = False


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A rule's note that it cannot judge: reported once a tenant, as an info.

    `reason` is what is missing, such as "the project declares no `facts.analyzerFolders`".
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Once:
    """A rule's finding about the tenant as a whole, or who applies: reported once a tenant."""

    summary: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """A rule's cause for an attribute that the tenant no longer has as it was applied.

    `path` is the attribute in normal form, without `spec`; `added` are the members that came into
    a set there, none where it is about the whole value, and an empty path is about the whole
    object. `origin` is who did it, `unknown` with the reason in `why`.
    """

    path: tuple[str, ...]
    why: str
    added: frozenset[str] = frozenset()
    origin: Literal["vendor", "unknown"] = "vendor"


Said = Finding | NotChecked | Once | Cause
"""What a rule may yield."""

Schema = Mapping[str, Any]
"""A fragment of JSON Schema for a kind's `spec`: what of a rule an editor can check."""

S = TypeVar("S", bound=Spec)
Check = Callable[[Resource[S], World], Iterator[Said]]


@dataclass(frozen=True, slots=True)
class Rule(Generic[S]):
    """One documented rule; calling it runs its check on one resource."""

    code: str
    on: type[S]
    where: frozenset[Where]
    source: str
    good: str
    bad: str
    tenant: str
    severity: Severity
    text: str
    check: Check[S]
    schema: Schema | None = None
    facts: str = ""
    identity: str = ""
    guard: str = ""

    def __call__(self, resource: Resource[S], world: World) -> Iterator[Said]:
        """Everything that the rule finds about the resource."""
        return self.check(resource, world)


def rule(  # noqa: PLR0913 - the facts of a rule, each named where it is declared
    code: str,
    *,
    on: type[S],
    where: Iterable[Where],
    source: str,
    good: str,
    bad: str,
    tenant: str = "",
    severity: Severity = Severity.ERROR,
    schema: Schema | None = None,
    facts: str = "",
    identity: str = "",
    guard: str = "",
) -> Callable[[Check[S]], Rule[S]]:
    """Declare the function below as rule `code`; its docstring is the rule in plain words.

    `good` and `bad` are manifests (YAML, one or several documents) that the rule accepts and
    refuses; tests run both. A rule that only the tenant can decide gives a small `tenant` too, as a
    sandbox's seed; for one about drift alone the examples are what was applied last. A rule on
    `Spec` judges every kind. `schema` is as much of the rule as JSON Schema can say about a `spec`:
    it is exported for editors, and refuses exactly what the rule finds. `facts` is what the project
    declares for the examples, as YAML; `identity` is who applies them, by e-mail, where that is not
    the tenant's first full administrator. `guard` is what `--allow` overrides, such as
    `lockout`, where an error of the rule is one that a person may accept. Raises
    ValueError where an example or the docstring is missing.
    """

    def declare(check: Check[S]) -> Rule[S]:
        text = inspect.getdoc(check) or ""
        if not (text and good.strip() and bad.strip()):
            raise ValueError(f"rule {code} needs a docstring, a good and a bad example")
        places = frozenset(where)
        if Where.MANIFEST not in places and not tenant.strip():
            raise ValueError(f"rule {code} needs a tenant for its examples")
        return Rule(
            code=code,
            on=on,
            where=places,
            source=source,
            good=good,
            bad=bad,
            tenant=tenant,
            severity=severity,
            text=text,
            check=check,
            schema=schema,
            facts=facts,
            identity=identity,
            guard=guard,
        )

    return declare


class RuleSet:
    """The rules of one vendor, found by the type of spec that they judge."""

    def __init__(self, rules: Iterable[Rule[Spec]]) -> None:
        self._by_code: dict[str, Rule[Spec]] = {}
        self._by_spec: dict[type[Spec], list[Rule[Spec]]] = {}
        for each in rules:
            if each.code in self._by_code:
                raise ValueError(f"two rules carry the code {each.code}")
            self._by_code[each.code] = each
            self._by_spec.setdefault(each.on, []).append(each)

    @classmethod
    def of(cls, *modules: ModuleType) -> RuleSet:
        """All rules that the modules define, in the order of their codes."""
        found = [value for module in modules for value in vars(module).values()]
        return cls(sorted((v for v in found if isinstance(v, Rule)), key=lambda r: r.code))

    def __iter__(self) -> Iterator[Rule[Spec]]:
        return iter(self._by_code.values())

    def on(self, spec: type[Spec]) -> list[Rule[Spec]]:
        """The rules that judge resources with this spec."""
        return [*self._by_spec.get(spec, ()), *self._by_spec.get(Spec, ())]
