"""`reconciler.yaml`: the tenants of a project, their manifests, and where the state is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field

from reconciler.contract.vendor import Vendor
from reconciler.errors import ProjectError, UsageError
from reconciler.groups import Groups
from reconciler.manifests import positions, schema, tenant_target
from reconciler.manifests.contents import content
from reconciler.manifests.credentials import Credentials, Forms, FromEnvironment, hidden, misplaced
from reconciler.manifests.drift_block import EVERY, DriftBlock, DriftBlocks, ignores_of
from reconciler.manifests.drift_block import problems as drift_problems
from reconciler.manifests.files import FILE, inside
from reconciler.manifests.parse import Document, parse
from reconciler.manifests.plans_block import PlansBlock
from reconciler.manifests.policy import RuleBlock, Weight, policy_of
from reconciler.manifests.policy import problems as policy_problems
from reconciler.manifests.state_location import located, variable_of
from reconciler.manifests.tenant_block import SandboxBlock, TenantBlock
from reconciler.manifests.text import decoded
from reconciler.manifests.thresholds import ThresholdsBlock, thresholds_of
from reconciler.manifests.thresholds import problems as threshold_problems
from reconciler.model import diagnostic as model
from reconciler.model.address import GroupKind
from reconciler.model.diagnostic import Diagnostic, InvalidInputError, Origin, Position, Severity
from reconciler.model.facts import NO_FACTS, Facts
from reconciler.model.guard import UNASKED, Thresholds
from reconciler.model.ignore import NO_IGNORES, Ignores
from reconciler.model.rate import Rate
from reconciler.model.resource import Manifest
from reconciler.model.state_url import DEFAULT_STATE
from reconciler.model.suggestion import did_you_mean
from reconciler.model.value import digest
from reconciler.rules.policy import NO_POLICY, Policy

M = TypeVar("M", bound=BaseModel)

TENANT_NAME = r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?"


class ProjectFile(Manifest, defer_build=True):
    """The tenants of a project, their manifests, and where the state is."""

    api_version: Literal["reconciler/v1"] = Field(description="The version of this file.")
    kind: Literal["Project"] = Field(description="Says that this file is the project.")
    state: str | FromEnvironment = Field(
        default=DEFAULT_STATE,
        description="The URL of the state's database in the project's folder, or the variable that "
        "holds it; RECONCILER_STATE goes before it, and may point anywhere.",
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
        description="Severities of rules in this project, and suppressions, by the rule's code.",
        examples=[{"WCC124": "off"}],
    )
    drift: DriftBlock = Field(
        default_factory=DriftBlock,
        description="Drift that is suppressed in all tenants of the project.",
        examples=[{"ignore": [{"address": "UserProfile/emea-lead", "reason": "a pilot"}]}],
    )
    plans: PlansBlock = Field(
        default_factory=PlansBlock,
        description="What saved plans need, so that they are applied.",
        examples=[{"signed": True}],
    )


@dataclass(frozen=True, slots=True)
class Audit:
    """How a tenant's audit log is read: with credentials of its own, in an embedded sandbox as an
    identity, by default the first full administrator.
    """

    credentials: Credentials | None = None
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Tenant:
    """One organisation; `digest` fingerprints its part of the project file.

    `groups` are the systems that the organisation has. `facts` has, by group, what the project
    declares because no API has it, `assumed` the unpublished calls to use. A sandbox has a `seed`
    (embedded) or a `url` (served on this machine). `rate` is what the project sets, None for the
    vendor's own; `unmanaged` says by kind what is done about objects that Git lacks. `audit` is
    how to ask who changed what, None where nobody asks. Every `full_every` drift checks all of it
    is read.
    """

    name: str
    groups: tuple[str, ...]
    manifests: tuple[str, ...]
    digest: str
    origin: Origin
    patches: tuple[str, ...] = ()
    facts: Mapping[str, Facts] = field(default_factory=dict)
    organization: str | None = None
    region: str | None = None
    credentials: Credentials | None = None
    seed: str | None = None
    url: str | None = None
    identity: str | None = None
    sandbox_rate: Rate | None = None
    rate: Rate | None = None
    assumed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unmanaged: Mapping[GroupKind, str] = field(default_factory=dict)
    audit: Audit | None = None
    full_every: int = EVERY

    @property
    def is_sandbox(self) -> bool:
        """Whether the tenant is an emulated one, embedded or served."""
        return self.seed is not None or self.url is not None


@dataclass(frozen=True, slots=True)
class Project:
    """A project as its file describes it; `state` is the URL of the state's database, from the
    `state_variable` where that is not empty.

    `policy` is what it decides about rules, as of the day on which it was loaded; `thresholds` is
    how far a plan may reach into each tenant unasked; `ignores` is the suppressed drift.
    With `signs_plans` a saved plan is applied only with a signature.
    """

    root: Path
    state: str
    default: tuple[str, ...]
    tenants: Mapping[str, Tenant]
    policy: Policy = NO_POLICY
    thresholds: Thresholds = UNASKED
    ignores: Ignores = NO_IGNORES
    state_variable: str = ""
    signs_plans: bool = False

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
        raise InvalidInputError((_not_one_document(documents, data),))
    if not problems:
        _refuse_secrets(documents[0], data, forms_of(vendors))
        shaping = _Shaping(documents[0], data)
        written, problems = shaping.project()
        if written is not None:
            problems = list(_checked(written, vendors))
            facts = {} if problems else shaping.facts(written, vendors, problems)
            if not problems:
                made = _project(
                    root,
                    written,
                    documents[0],
                    vendors=vendors,
                    facts=facts,
                    environment=environment,
                )
                return replace(
                    made,
                    policy=policy_of(written.rules, today),
                    ignores=Ignores(ignores_of(_drift_blocks(written)), today),
                )
    raise InvalidInputError(positions.attach(problems, lambda _: data))


def _not_one_document(documents: list[Document], data: bytes) -> Diagnostic:
    """The refusal of a file with no document, or with a second one, at its first line."""
    line = documents[1].line if documents else 1
    lines = decoded(data).split("\n")
    return replace(
        _problem(
            "PRJ102",
            (),
            f"{FILE} holds {len(documents)} documents; a project is one"
            if documents
            else f"{FILE} is empty",
            hint=_START,
        ),
        position=Position(FILE, line, 1, len(lines[line - 1]) + 1, lines[line - 1]),
    )


def forms_of(vendors: Mapping[str, Vendor]) -> Forms:
    """The forms of credentials that each vendor takes."""
    return Forms(vendors, lambda name: vendors[name].credential_forms)


def _refuse_secrets(document: Document, data: bytes, forms: Forms) -> None:
    """Raises InvalidInputError for what may be a secret, alone: nothing around it is shown."""
    found = [
        _problem(code, path, summary, hint=hint)
        for code, path, summary, hint in misplaced(document.value, forms)
    ]
    if found:
        placed = positions.attach(found, lambda _: data)
        raise InvalidInputError(
            tuple(
                replace(each, position=hidden(each.position)) if each.position else each
                for each in placed
            )
        )


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
        hint = (
            "go to the folder of your project, or begin one with `apiVersion: reconciler/v1`, "
            "`kind: Project`\nand `tenants`; `reconciler demo` leaves one to look at"
        )
    raise ProjectError("PRJ101", summary, hint=hint)


class _Shaping:
    """The parts of the file as models, with all that is wrong with each."""

    def __init__(self, document: Document, data: bytes) -> None:
        self._document = document
        self._places = positions.Places(lambda _: data)

    def project(self) -> tuple[ProjectFile | None, list[Diagnostic]]:
        """The whole file, but for what belongs to a vendor."""
        if not isinstance(self._document.value, dict):
            return None, [_problem("PRJ102", (), "the project file is not a mapping", hint=_START)]
        return self._shaped(ProjectFile, self._document.value, ())

    def facts(
        self, written: ProjectFile, vendors: Mapping[str, Vendor], problems: list[Diagnostic]
    ) -> dict[str, Mapping[str, Facts]]:
        """Each tenant's facts, in the shape that the vendor of each group gives them."""
        facts: dict[str, Mapping[str, Facts]] = {}
        for name, tenant in written.tenants.items():
            wanted = {group: vendors[group].facts for group in tenant.groups}
            parts, of_none = _facts_by_group(tenant.facts, wanted)
            by_group = {}
            for number, (group, part) in enumerate(parts.items()):
                # what no group knows is refused by the first one, as if it were the only one
                given = {**part, **of_none} if number == 0 else part
                made, found = self._shaped(wanted[group], given, ("tenants", name, "facts"))
                problems.extend(found)
                by_group[group] = made or NO_FACTS
            facts[name] = by_group
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


def _facts_by_group(
    written: Mapping[str, object], wanted: Mapping[str, type[Facts]]
) -> tuple[dict[str, dict[str, object]], dict[str, object]]:
    """The facts of each group by the fields of its model, and those of no group."""
    fields = {
        group: {field.alias or key for key, field in model.model_fields.items()}
        for group, model in wanted.items()
    }
    parts = {
        group: {key: value for key, value in written.items() if key in known}
        for group, known in fields.items()
    }
    known = set().union(*fields.values())
    return parts, {key: value for key, value in written.items() if key not in known}


def _checked(written: ProjectFile, vendors: Mapping[str, Vendor]) -> Iterator[Diagnostic]:
    for code, path, summary, hint, on_key in policy_problems(written.rules, vendors):
        yield _problem(code, path, summary, hint=hint, on_key=on_key)
    for path, summary, hint in threshold_problems(written.thresholds):
        yield _problem("PRJ146", path, summary, hint=hint)
    for path, summary, hint in drift_problems(_drift_blocks(written)):
        yield _problem("PRJ147", path, summary, hint=hint)
    for number, name in enumerate(written.default):
        if name not in written.tenants:
            summary, hint = _unknown(name, written.tenants)
            yield _problem("PRJ103", ("default", number), summary, hint=hint)
    yield from _one_organization_twice(written)
    for name, tenant in written.tenants.items():
        at = ("tenants", name)
        if not re.fullmatch(TENANT_NAME, name):
            yield _problem(
                "PRJ107",
                at,
                f"`{name}` is not a valid tenant name",
                hint="use lower-case letters, digits and . _ - inside, at most 64 characters",
                on_key=True,
            )
        wrong = list(_groups(tenant, vendors, at))
        yield from wrong
        if not wrong:
            groups = groups_of(tenant, vendors)
            for code, path, summary, hint, on_key in tenant_target.problems(tenant, groups, at):
                yield _problem(code, path, summary, hint=hint, on_key=on_key)


def groups_of(tenant: TenantBlock | Tenant, vendors: Mapping[str, Vendor]) -> Groups:
    """The systems of a tenant; raises KeyError for one that is not installed."""
    return Groups(tuple(vendors[name] for name in tenant.groups))


def _groups(
    tenant: TenantBlock, vendors: Mapping[str, Vendor], at: model.Path
) -> Iterator[Diagnostic]:
    """What is wrong with the systems of a tenant: all of them have to be of one organization."""
    is_list = isinstance(tenant.vendor, list)
    if not tenant.groups:
        hint = "name a system, such as " + ", ".join(vendors)
        yield _problem("PRJ102", (*at, "vendor"), "no vendor is named", hint=hint)
    first = next((vendors[name] for name in tenant.groups if name in vendors), None)
    for number, name in enumerate(tenant.groups):
        place = (*at, "vendor", number) if is_list else (*at, "vendor")
        vendor = vendors.get(name)
        if vendor is None:
            listed = "installed are " + ", ".join(vendors)
            yield _problem(
                "PRJ106",
                place,
                f"there is no vendor `{name}`",
                hint=did_you_mean(name, vendors, otherwise=listed),
            )
        elif name in tenant.groups[:number]:
            yield _problem("PRJ172", place, f"`{name}` is named twice", hint="remove one")
        elif first is not None and vendor.family != first.family:
            yield _problem(
                "PRJ172",
                place,
                f"{vendor.title} and {first.title} are never one organization",
                hint=f"make `{name}` a tenant of its own",
            )


def _one_organization_twice(written: ProjectFile) -> Iterator[Diagnostic]:
    """Two entries for one organization would plan against each other; embedded ones are their own.

    What one creates is to the other an object that Git lacks, and neither lock keeps out the other.
    """
    first: dict[tuple[str, str], str] = {}
    for name, tenant in written.tenants.items():
        sandbox = tenant.sandbox or SandboxBlock()
        if sandbox.seed:
            continue
        organization = (tenant.organization or "").strip().casefold()
        for entry, key in (("organization", organization), ("sandbox", sandbox.url or "")):
            other = first.setdefault((entry, key), name) if key else name
            if other != name:
                yield _problem(
                    "PRJ171",
                    ("tenants", name, entry),
                    f"`{name}` is the same organization as `{other}`",
                    hint=f"one organization is one tenant: add the manifests of `{name}` to the "
                    f"patterns of `{other}`, and remove `{name}`",
                )
                break


def _drift_blocks(written: ProjectFile) -> DriftBlocks:
    return {"": written.drift} | {name: each.drift for name, each in written.tenants.items()}


def _project(  # noqa: PLR0913 - what a project is made from
    root: Path,
    written: ProjectFile,
    document: Document,
    *,
    vendors: Mapping[str, Vendor],
    facts: Mapping[str, Mapping[str, Facts]],
    environment: Mapping[str, str],
) -> Project:
    tenants = {}
    for name, block in written.tenants.items():
        sandbox = block.sandbox or SandboxBlock()
        if sandbox.seed:
            inside(root, sandbox.seed)
        tenants[name] = Tenant(
            name=name,
            full_every=block.drift.full_every or written.drift.full_every or EVERY,
            groups=block.groups,
            manifests=tuple(block.manifests),
            digest=_digest(document.value, name),
            origin=Origin(FILE, document.index, document.line),
            patches=tuple(block.patches),
            facts=facts[name],
            organization=block.organization,
            region=block.region,
            credentials=block.credentials,
            seed=sandbox.seed,
            url=tenant_target.loopback(sandbox.url) if sandbox.url else None,
            identity=sandbox.identity,
            sandbox_rate=Rate.parse(sandbox.rate or ""),
            rate=Rate.parse(block.rate or ""),
            assumed=tenant_target.assumed_by_group(block, groups_of(block, vendors)),
            unmanaged=tenant_target.by_kinds(block, groups_of(block, vendors)),
            audit=Audit(block.audit.credentials, block.audit.identity) if block.audit else None,
        )
    return Project(
        root,
        located(root, written.state, environment),
        tuple(written.default),
        tenants,
        thresholds=thresholds_of(written.thresholds),
        state_variable=variable_of(written.state, environment),
        signs_plans=written.plans.signed,
    )


def _digest(file: Mapping[str, Any], tenant: str) -> str:
    """Fingerprints what a tenant's plan depends on in the file: its block, rules, thresholds."""
    # no plan depends on who may read the audit log
    block = {key: value for key, value in file["tenants"][tenant].items() if key != "audit"}
    shared = [file[key] for key in ("rules", "thresholds") if file.get(key)]
    return digest([block, *shared] if shared else block)


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
