"""From a tenant of the project to an open connection: the sandbox in-process, or the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.errors import ProjectError
from reconciler.manifests.parse import parse
from reconciler.manifests.project import Tenant
from reconciler.model.diagnostic import InvalidInputError
from reconciler.vendor import Endpoint, Sandbox, Vendor

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What connecting needs from outside: the project's folder, the environment, limits."""

    root: Path
    environment: Mapping[str, str]
    parallelism: int = 8
    progress: Progress = lambda _what, _done, _all: None


@contextmanager
def connected(tenant: Tenant, vendor: Vendor, around: Surroundings) -> Iterator[Endpoint]:
    """The tenant's endpoint, with its sandbox open where it is one."""
    if tenant.is_sandbox:
        with sandbox_of(tenant, vendor, around.root) as sandbox:
            yield Endpoint(
                tenant=tenant.name,
                organization=sandbox.organization,
                token=sandbox.token(tenant.identity),
                app=sandbox.app(),
                parallelism=around.parallelism,
                progress=around.progress,
            )
        return
    yield Endpoint(
        tenant=tenant.name,
        organization=str(tenant.organization),
        token=_token(tenant, around.environment),
        region=tenant.region,
        parallelism=around.parallelism,
        progress=around.progress,
    )


@contextmanager
def sandbox_of(tenant: Tenant, vendor: Vendor, root: Path) -> Iterator[Sandbox]:
    """The tenant's sandbox, seeded where it has no data yet; raises ProjectError."""
    if vendor.sandbox is None or tenant.seed is None:
        raise ProjectError(
            "PRJ120",
            f"tenant `{tenant.name}` has no sandbox",
            hint="give it `sandbox: {seed: FILE}` in reconciler.yaml",
        )
    database = sandbox_database(tenant, root)
    database.parent.mkdir(parents=True, exist_ok=True)
    sandbox = vendor.sandbox(database, _seed(tenant, root))
    try:
        yield sandbox
    finally:
        sandbox.close()


def sandbox_database(tenant: Tenant, root: Path) -> Path:
    """Where a sandbox tenant keeps its data."""
    return root / ".reconciler" / "sandbox" / f"{tenant.name}.db"


def _seed(tenant: Tenant, root: Path) -> Mapping[str, Any]:
    name = str(tenant.seed)
    try:
        data = (root / name).read_bytes()
    except OSError as error:
        raise ProjectError(
            "PRJ121",
            f"the seed `{name}` of tenant `{tenant.name}` cannot be read: {error.strerror}",
            hint="correct `sandbox.seed` in reconciler.yaml",
        ) from error
    documents, diagnostics = parse(name, data)
    if diagnostics:
        raise InvalidInputError(tuple(diagnostics))
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        raise ProjectError("PRJ122", f"the seed `{name}` is not one mapping")
    seed: Mapping[str, Any] = documents[0].value
    return seed


def _token(tenant: Tenant, environment: Mapping[str, str]) -> str:
    name = str(tenant.credentials_env)
    if token := environment.get(name, "").strip():
        return token
    raise ProjectError(
        "PRJ123",
        f"tenant `{tenant.name}` takes its token from {name}, which is not set",
        hint=f"export {name}, or choose another tenant with --tenant",
    )
