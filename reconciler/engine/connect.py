"""From a tenant of the project to an open connection: the sandbox in-process, or the network."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from reconciler.contract.connection import AsgiApp, Endpoint, Pace, TokenSource
from reconciler.contract.credentials import TOKEN
from reconciler.contract.sandbox import Sandbox
from reconciler.engine import seeds
from reconciler.errors import ProjectError
from reconciler.groups import Groups
from reconciler.manifests.credentials import Secret
from reconciler.manifests.parse import parse
from reconciler.manifests.project import Tenant
from reconciler.manifests.state_location import refuse_links
from reconciler.model.diagnostic import InvalidInputError
from reconciler.model.state_url import SIDE_FILES
from reconciler.sandbox.seed_problems import SeedError


def _logged(text: str) -> None:
    import logging  # noqa: PLC0415 - `validate` starts without it

    logging.getLogger("reconciler").warning(text)


Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The surroundings of a connection: the project's folder, the environment, limits.

    `warn` shows the person what stops nothing, `waiting` why nothing happens for a while. `kept` is
    what lasts as long as the command, over all connections to a tenant: its queue, and its token.
    `lock_timeout` is for how many seconds another run's lock is waited for.
    """

    root: Path
    environment: Mapping[str, str]
    parallelism: int = 8
    progress: Progress = lambda _what, _done, _all: None
    warn: Callable[[str], None] = _logged
    kept: dict[str, tuple[Pace, TokenSource]] = field(default_factory=dict, repr=False)
    warned: set[str] = field(default_factory=set, repr=False)

    def warn_once(self, text: str) -> None:
        """Warn of something that several steps of a command come across."""
        if text not in self.warned:
            self.warned.add(text)
            self.warn(text)

    waiting: Callable[[str], None] = lambda _text: None
    lock_timeout: float = 0.0

    def held(self) -> float:
        """For how many seconds a tenant asked to be left alone, 0 where none did."""
        from reconciler.http.pacing import Pacing  # noqa: PLC0415 - `validate` needs no asyncio

        paces = (pace for pace, _ in self.kept.values())
        return max((each.held for each in paces if isinstance(each, Pacing)), default=0.0)


@contextmanager
def connected(tenant: Tenant, groups: Groups, around: Surroundings) -> Iterator[Endpoint]:
    """The tenant's endpoint, with its sandbox open where it is an embedded one.

    All groups share it: one queue of requests, one token. `of_group` gives each its own part.
    """
    with _app(tenant, groups, around) as (app, sandbox):
        if tenant.name not in around.kept:
            around.kept[tenant.name] = _lasting(tenant, groups, around, sandbox)
        pace, token = around.kept[tenant.name]
        yield Endpoint(
            tenant=tenant.name,
            organization=sandbox.organization if sandbox else str(tenant.organization),
            token=token,
            region=tenant.region,
            app=app,
            url=tenant.url,
            parallelism=around.parallelism,
            pace=pace,
            progress=around.progress,
        )


def of_group(endpoint: Endpoint, tenant: Tenant, group: str) -> Endpoint:
    """The endpoint for one group, with the unpublished calls that it is to use."""
    return replace(endpoint, assumed=tenant.assumed.get(group, frozenset()))


@contextmanager
def auditing(tenant: Tenant, groups: Groups, around: Surroundings) -> Iterator[Endpoint]:
    """The endpoint of the tenant's audit log: with a token and a queue of its own.

    Asked for tenants that have `audit` alone.
    """
    assert tenant.audit is not None  # noqa: S101 - said above
    asking = replace(
        tenant, credentials=tenant.audit.credentials, identity=tenant.audit.identity, rate=None
    )
    with _app(tenant, groups, around) as (app, sandbox):
        mine = f"{tenant.name} audit"  # which is not a valid tenant name
        if mine not in around.kept:
            around.kept[mine] = _lasting(asking, groups, around, sandbox, "audit ")
        pace, token = around.kept[mine]
        yield Endpoint(
            tenant=tenant.name,
            organization=sandbox.organization if sandbox else str(tenant.organization),
            token=token,
            region=tenant.region,
            app=app,
            url=tenant.url,
            pace=pace,
            progress=around.progress,
        )


@contextmanager
def _app(
    tenant: Tenant, groups: Groups, around: Surroundings
) -> Iterator[tuple[AsgiApp | None, Sandbox | None]]:
    """The embedded sandbox and its application; neither for a tenant that is elsewhere."""
    if tenant.seed is None:
        yield None, None
        return
    with sandbox_of(tenant, groups, around.root, around.warn_once) as sandbox:
        app, rate = sandbox.app(), tenant.sandbox_rate
        if rate is not None:
            from reconciler.sandbox.limiting import limited  # noqa: PLC0415 - seldom needed

            app = limited(app, rate.requests, rate.seconds)
        yield app, sandbox


def _lasting(
    tenant: Tenant,
    groups: Groups,
    around: Surroundings,
    sandbox: Sandbox | None,
    purpose: str = "",
) -> tuple[Pace, TokenSource]:
    # `validate` starts without asyncio
    from reconciler.http.pacing import Pacing  # noqa: PLC0415
    from reconciler.http.secrets import remember  # noqa: PLC0415
    from reconciler.http.tokens import FixedToken  # noqa: PLC0415

    if sandbox is None:
        pace = Pacing(tenant.rate or groups.rate)
        pace.show_waits(around.waiting)
        return pace, source(tenant, groups, around, pace, purpose)
    # an embedded tenant takes any number of requests, unless it is set not to
    rate = tenant.rate or (groups.rate if tenant.sandbox_rate else None)
    pace = Pacing(rate)
    pace.show_waits(around.waiting)
    return pace, FixedToken(remember(sandbox.token(tenant.identity)))


def source(
    tenant: Tenant, groups: Groups, around: Surroundings, pace: Pace, purpose: str = ""
) -> TokenSource:
    """The source of the tenant's access token; nothing is read or fetched yet.

    `purpose` is put before what messages call the secrets.
    """
    from reconciler.engine.credentials import Place  # noqa: PLC0415
    from reconciler.engine.granted import InParts  # noqa: PLC0415
    from reconciler.http.tokens import GrantedToken, KeptToken  # noqa: PLC0415

    def place(what: str, where: Secret) -> Place:
        named = f"{purpose}{what}"
        return Place(tenant.name, named, where, around.root, around.environment, around.warn)

    written = tenant.credentials
    assert written is not None  # noqa: S101 - the project file was checked
    if not isinstance(written, Mapping):
        return KeptToken(place(TOKEN.words, written).read)
    ((key, parts),) = written.items()
    form = groups.credential_forms[key]
    places = {part.key: place(part.words, parts[part.key]) for part in form.parts}
    return GrantedToken(InParts(form, places, tenant.region, pace, tenant.url), pace.now)


@contextmanager
def sandbox_of(
    tenant: Tenant, groups: Groups, root: Path, warn: Callable[[str], None] = _logged
) -> Iterator[Sandbox]:
    """The tenant's sandbox, seeded where it has no data yet; raises ProjectError.

    Warns where the seed was changed after that. Raises InvalidInputError with every fault of a seed
    that cannot be.
    """
    if groups.sandbox is None or tenant.seed is None:
        raise ProjectError(
            "PRJ120",
            f"tenant `{tenant.name}` has no sandbox of its own",
            hint="its sandbox is served elsewhere: do it there"
            if tenant.url
            else "give it `sandbox: {seed: FILE}` in reconciler.yaml",
        )
    database = sandbox_database(tenant, root)
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        database.parent.chmod(0o700)  # tokens and people of the seed are in there
    except OSError as error:
        raise ProjectError(
            "PRJ128",
            f"the folder of the sandbox's data cannot be used: {error.strerror}",
            hint="correct the permissions of .reconciler",
        ) from error
    data = _seed_bytes(tenant, root)
    try:
        sandbox = groups.sandbox(database, _seed(tenant, data))
    except SeedError as error:
        raise InvalidInputError(seeds.diagnostics(str(tenant.seed), data, error)) from error
    try:
        if seeds.is_changed(database, data):
            warn(seeds.changed(tenant.name, str(tenant.seed)))
        yield sandbox
    finally:
        sandbox.close()


def organization_of(tenant: Tenant, groups: Groups, root: Path) -> str | None:
    """The organization of a tenant, without asking it: of an embedded sandbox its seed's.

    Nothing is written into the project. Raises ProjectError.
    """
    if tenant.seed is None or groups.sandbox is None:
        return tenant.organization
    if sandbox_database(tenant, root).exists():
        with sandbox_of(tenant, groups, root) as there:
            return there.organization
    with tempfile.TemporaryDirectory() as folder:
        made = groups.sandbox(Path(folder) / "tenant.db", seed_of(tenant, root))
        made.close()
        return made.organization


def sandbox_database(tenant: Tenant, root: Path) -> Path:
    """The file of a sandbox tenant's data; raises ProjectError where it is reached by a link."""
    name = f".reconciler/sandbox/{tenant.name}.db"
    for each in ("", *SIDE_FILES):
        refuse_links(root, f"{name}{each}", f"the sandbox of tenant `{tenant.name}`")
    return root / name


def seed_of(tenant: Tenant, root: Path) -> Mapping[str, Any]:
    """The seed of a sandbox tenant as it is written now; raises ProjectError."""
    return _seed(tenant, _seed_bytes(tenant, root))


def _seed_bytes(tenant: Tenant, root: Path) -> bytes:
    name = str(tenant.seed)
    try:
        return (root / name).read_bytes()
    except OSError as error:
        raise ProjectError(
            "PRJ121",
            f"the seed `{name}` of tenant `{tenant.name}` cannot be read: {error.strerror}",
            hint="correct `sandbox.seed` in reconciler.yaml",
        ) from error


def _seed(tenant: Tenant, data: bytes) -> Mapping[str, Any]:
    """The seed of a tenant; one that names no assumed calls has those that the project lists."""
    from reconciler.sandbox.seed import Seed  # noqa: PLC0415 - a real tenant has none

    assumed = sorted(each for calls in tenant.assumed.values() for each in calls)
    return Seed(data, partial(_parsed, str(tenant.seed), assumed), also=",".join(assumed))


def _parsed(name: str, assumed: list[str], data: bytes) -> Mapping[str, Any]:
    documents, diagnostics = parse(name, data)
    if diagnostics:
        raise InvalidInputError(tuple(diagnostics))
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        raise ProjectError("PRJ122", f"the seed `{name}` is not one mapping")
    seed: Mapping[str, Any] = documents[0].value
    return {"assumed": assumed, **seed} if assumed else seed
