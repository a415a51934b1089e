"""`reconciler.yaml`: the tenants of a project, their manifests, and where the state is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field

from reconciler.errors import ProjectError, UsageError
from reconciler.manifests import positions, schema
from reconciler.manifests.contents import content
from reconciler.manifests.files import inside
from reconciler.manifests.parse import Document, parse
from reconciler.manifests.policy import RuleBlock, Weight, policy_of
from reconciler.manifests.policy import problems as policy_problems
from reconciler.manifests.thresholds import ThresholdsBlock, thresholds_of
from reconciler.manifests.thresholds import problems as threshold_problems
from reconciler.model import diagnostic as model
from reconciler.model.diagnostic import Diagnostic, InvalidInputError, Origin, Severity
from reconciler.model.facts import NO_FACTS, Facts
from reconciler.model.guard import UNASKED, Thresholds
from reconciler.model.resource import Manifest
from reconciler.model.suggestion import did_you_mean
from reconciler.model.value import digest
from reconciler.rules.policy import NO_POLICY, Policy
from reconciler.vendor import Vendor

FILE = "reconciler.yaml"
M = TypeVar("M", bound=BaseModel)
DEFAULT_STATE = "sqlite:///.reconciler/state.db"

TENANT_NAME = r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?"


class FromEnvironment(Manifest):
    """The name of a variable, never what it holds."""

    env: str = Field(
        description="The name of the environment variable that holds it.",
        examples=["CONTOSO_TOKEN"],
    )


class SandboxBlock(Manifest):
    """An embedded tenant that answers as the vendor's does."""

    seed: str = Field(
        description="The file that the tenant is seeded from.", examples=["sandbox/seed.yaml"]
    )
    identity: str | None = Field(
        default=None,
        alias="as",
        description="Who applies, by e-mail; by default the first full administrator of the seed.",
    )


class TenantBlock(Manifest):
    """One organisation at a vendor: a sandbox, or one that is reached over the network."""

    vendor: str = Field(description="The system that the tenant is of.")
    manifests: list[str] = Field(
        min_length=1,
        description="The files that describe the tenant, as globs relative to this file.",
        examples=[["access/**/*.yaml"]],
    )
    patches: list[str] = Field(
        default_factory=list,
        description="Files whose documents change manifests for this tenant alone, as globs.",
        examples=[["overlays/prod/*.yaml"]],
    )
    organization: str | None = Field(
        default=None, description="The vendor's id of the organisation."
    )
    region: str | None = Field(
        default=None, description="Where the organisation's data is; the hosts follow from it."
    )
    credentials: FromEnvironment | None = Field(
        default=None, description="Where the token is; it is never written here."
    )
    sandbox: SandboxBlock | None = Field(
        default=None,
        description="Makes it the embedded tenant: no network, no credentials.",
        examples=[{"seed": "sandbox/seed.yaml"}],
    )
    unmanaged: Literal["ignore", "report"] = Field(
        default="ignore", description="Whether a plan lists objects of the tenant that Git lacks."
    )
    facts: dict[str, object] = Field(
        default_factory=dict, description="What no API of the vendor tells."
    )


class ProjectFile(Manifest):
    """The tenants of a project, their manifests, and where the state is."""

    api_version: Literal["reconciler/v1"] = Field(description="The version of this file.")
    kind: Literal["Project"] = Field(description="Says that this file is the project.")
    state: str | FromEnvironment = Field(
        default=DEFAULT_STATE,
        description="The URL of the state's database, or the variable that holds it; what "
        "RECONCILER_STATE says goes before it.",
        examples=[DEFAULT_STATE, {"env": "STATE_URL"}],
    )
    default: list[str] = Field(
        default_factory=list,
        description="The tenants of a command without --tenant.",
        examples=[["contoso-sandbox"]],
    )
    tenants: dict[str, TenantBlock] = Field(
        min_length=1, description="The tenants by the names that addresses begin with."
    )
    thresholds: ThresholdsBlock = Field(
        default_factory=ThresholdsBlock,
        description="How far a plan may reach into a tenant unasked.",
        examples=[{"destroy": 5, "people": "10%"}],
    )
    rules: dict[str, Weight | RuleBlock] = Field(
        default_factory=dict,
        description="How rules weigh in this project, and what it lives with, by the rule's code.",
        examples=[{"WCC124": "off"}],
    )


@dataclass(frozen=True, slots=True)
class Tenant:
    """One organisation at a vendor; `digest` fingerprints its part of the project file.

    `facts` is of the type that the vendor declares: what no API tells.
    """

    name: str
    vendor: str
    manifests: tuple[str, ...]
    digest: str
    origin: Origin
    patches: tuple[str, ...] = ()
    facts: Facts = NO_FACTS
    organization: str | None = None
    region: str | None = None
    credentials_env: str | None = None
    seed: str | None = None
    identity: str | None = None
    unmanaged: Literal["ignore", "report"] = "ignore"

    @property
    def is_sandbox(self) -> bool:
        """Whether the tenant is the embedded one."""
        return self.seed is not None


@dataclass(frozen=True, slots=True)
class Project:
    """A project as its file describes it; `state` is the URL of the state's database.

    `policy` is what it decides about rules, as of the day on which it was loaded; `thresholds` is
    how far a plan may reach into each tenant unasked.
    """

    root: Path
    state: str
    default: tuple[str, ...]
    tenants: Mapping[str, Tenant]
    policy: Policy = NO_POLICY
    thresholds: Thresholds = UNASKED

    def chosen(self, names: Iterable[str]) -> tuple[Tenant, ...]:
        """The tenants of a command: the named ones, else the default ones.

        Without a default those that are no sandbox, or all where every one is. Raises UsageError.
        """
        wanted = tuple(dict.fromkeys(names)) or self.default
        for name in wanted:
            if name not in self.tenants:
                summary, hint = _unknown(name, self.tenants)
                raise UsageError("PRJ103", summary, hint=hint)
        if wanted:
            return tuple(self.tenants[name] for name in wanted)
        real = tuple(each for each in self.tenants.values() if not each.is_sandbox)
        return real or tuple(self.tenants.values())


def load_project(
    root: Path,
    vendors: Mapping[str, Vendor],
    environment: Mapping[str, str],
    today: date = date.min,
) -> Project:
    """The project in a folder, on a day; raises ProjectError or InvalidInputError."""
    data = _read(root)
    documents, problems = parse(FILE, data)
    if not problems and len(documents) != 1:
        raise ProjectError(
            "PRJ102", f"{FILE} holds {len(documents)} documents; a project is one", hint=_START
        )
    if not problems:
        shaping = _Shaping(documents[0], data)
        written, problems = shaping.project()
        if written is not None:
            problems = list(_checked(written, vendors))
            facts = {} if problems else shaping.facts(written, vendors, problems)
            if not problems:
                made = _project(root, written, facts, documents[0], environment)
                return replace(made, policy=policy_of(written.rules, today))
    raise InvalidInputError(positions.attach(problems, lambda _: data))


_START = "start with `apiVersion: reconciler/v1` and `kind: Project`"


def _read(root: Path) -> bytes:
    data = content(root, FILE)
    if isinstance(data, bytes):
        return data
    if os.path.lexists(root / FILE):
        raise ProjectError("PRJ101", f"{FILE}: {data.summary}", hint=data.hint)
    here = root.resolve()
    above = next((each for each in here.parents if (each / FILE).is_file()), None)
    if not root.is_dir():
        summary, hint = f"there is no folder {root}", "correct -C"
    elif above:
        summary = f"there is no {FILE} in {here}"
        hint = f"there is one in {above}: go there, or use -C {above}"
    else:
        summary = f"there is no {FILE} in {here}"
        hint = "go to the folder of your project, or see `reconciler demo`"
    raise ProjectError("PRJ101", summary, hint=hint)


class _Shaping:
    """The parts of the file as models, with all that is wrong with each."""

    def __init__(self, document: Document, data: bytes) -> None:
        self._document = document
        self._places = positions.Places(lambda _: data)

    def project(self) -> tuple[ProjectFile | None, list[Diagnostic]]:
        """The whole file, but for what belongs to a vendor."""
        if not isinstance(self._document.value, dict):
            return None, [_problem("PRJ102", (), "the project is no mapping", hint=_START)]
        return self._shaped(ProjectFile, self._document.value, ())

    def facts(
        self, written: ProjectFile, vendors: Mapping[str, Vendor], problems: list[Diagnostic]
    ) -> dict[str, Facts]:
        """Each tenant's facts, in the shape that its vendor gives them."""
        facts: dict[str, Facts] = {}
        for name, tenant in written.tenants.items():
            wanted = vendors[tenant.vendor].facts
            made, found = self._shaped(wanted, tenant.facts, ("tenants", name, "facts"))
            problems.extend(found)
            facts[name] = made or NO_FACTS
        return facts

    def _shaped(
        self, wanted: type[M], value: object, at: model.Path
    ) -> tuple[M | None, list[Diagnostic]]:
        def written(path: model.Path) -> str:
            origin = Origin(FILE, self._document.index, self._document.line)
            return self._places.written(origin, (*at, *path))

        made, found = schema.validated(wanted, value, written)
        return made, [
            _problem("PRJ102", (*at, *each.path), each.summary, hint=each.hint, on_key=each.on_key)
            for each in found
        ]


def _checked(written: ProjectFile, vendors: Mapping[str, Vendor]) -> Iterator[Diagnostic]:
    for code, path, summary, hint, on_key in policy_problems(written.rules, vendors):
        yield _problem(code, path, summary, hint=hint, on_key=on_key)
    for path, summary, hint in threshold_problems(written.thresholds):
        yield _problem("PRJ146", path, summary, hint=hint)
    for number, name in enumerate(written.default):
        if name not in written.tenants:
            summary, hint = _unknown(name, written.tenants)
            yield _problem("PRJ103", ("default", number), summary, hint=hint)
    for name, tenant in written.tenants.items():
        at = ("tenants", name)
        if not re.fullmatch(TENANT_NAME, name):
            yield _problem(
                "PRJ107",
                at,
                f"`{name}` is no name of a tenant",
                hint="use lower-case letters, digits and . _ - inside, at most 64 characters",
                on_key=True,
            )
        vendor = vendors.get(tenant.vendor)
        if vendor is None:
            yield _problem(
                "PRJ106",
                (*at, "vendor"),
                f"there is no vendor `{tenant.vendor}`",
                hint=did_you_mean(
                    tenant.vendor, vendors, otherwise="installed are " + ", ".join(vendors)
                ),
            )
        else:
            yield from _reachable(tenant, vendor, at)


def _reachable(tenant: TenantBlock, vendor: Vendor, at: model.Path) -> Iterator[Diagnostic]:
    """A tenant is a sandbox, or it has all that it takes to reach it."""
    real = {
        "organization": tenant.organization,
        "region": tenant.region,
        "credentials": tenant.credentials,
    }
    if tenant.sandbox is not None:
        for key, value in real.items():
            if value is not None:
                yield _problem(
                    "PRJ104",
                    (*at, key),
                    f"a sandbox has no {key}",
                    hint="remove it, or remove `sandbox`",
                    on_key=True,
                )
        return
    missing = [key for key, value in real.items() if value is None]
    if missing:
        yield _problem(
            "PRJ104",
            at,
            f"the tenant has no {' and no '.join(missing)}",
            hint="add it, or make it a sandbox: `sandbox: {seed: FILE}`",
            on_key=True,
        )
    elif tenant.region not in vendor.regions:
        yield _problem(
            "PRJ105",
            (*at, "region"),
            f"{vendor.title} has no region `{tenant.region}`",
            hint="write one of " + ", ".join(vendor.regions),
        )


def _project(
    root: Path,
    written: ProjectFile,
    facts: Mapping[str, Facts],
    document: Document,
    environment: Mapping[str, str],
) -> Project:
    tenants = {}
    for name, block in written.tenants.items():
        if block.sandbox:
            inside(root, block.sandbox.seed)
        tenants[name] = Tenant(
            name=name,
            vendor=block.vendor,
            manifests=tuple(block.manifests),
            digest=_digest(document.value, name),
            origin=Origin(FILE, document.index, document.line),
            patches=tuple(block.patches),
            facts=facts[name],
            organization=block.organization,
            region=block.region,
            credentials_env=block.credentials.env if block.credentials else None,
            seed=block.sandbox.seed if block.sandbox else None,
            identity=block.sandbox.identity if block.sandbox else None,
            unmanaged=block.unmanaged,
        )
    return Project(
        root,
        _state(written, environment),
        tuple(written.default),
        tenants,
        thresholds=thresholds_of(written.thresholds),
    )


def _digest(file: Mapping[str, Any], tenant: str) -> str:
    """Fingerprints what a tenant's plan depends on in the file: its block, rules, thresholds."""
    block = file["tenants"][tenant]
    shared = [file[key] for key in ("rules", "thresholds") if file.get(key)]
    return digest([block, *shared] if shared else block)


def _state(written: ProjectFile, environment: Mapping[str, str]) -> str:
    if url := environment.get("RECONCILER_STATE"):
        return url
    if isinstance(written.state, str):
        return written.state
    if url := environment.get(written.state.env):
        return url
    raise ProjectError(
        "PRJ108",
        f"the state is where {written.state.env} says, which is not set",
        hint=f"export {written.state.env}",
    )


def _unknown(name: str, tenants: Mapping[str, Any]) -> tuple[str, str]:
    """Summary and hint about a tenant that the project does not have."""
    others = "the tenants are " + ", ".join(tenants)
    hint = did_you_mean(name, tenants, otherwise=others)
    return f"the project has no tenant `{name}`", hint


def _problem(
    code: str, path: model.Path, summary: str, *, hint: str = "", on_key: bool = False
) -> Diagnostic:
    return Diagnostic(
        severity=Severity.ERROR,
        code=code,
        summary=summary,
        hint=hint,
        origin=Origin(FILE, 0, 1),
        path=path,
        on_key=on_key,
    )
