"""`reconciler sandbox`: act in a sandbox tenant as a person would in the vendor's console."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from reconciler.cli.options import Common, common, work
from reconciler.engine.connect import sandbox_database, sandbox_of
from reconciler.engine.prepare import Work
from reconciler.errors import UsageError
from reconciler.manifests.project import Tenant
from reconciler.vendor import Sandbox


@click.group(name="sandbox")
def command() -> None:
    """Act in a sandbox tenant as a person would, or start it over."""


@command.command(name="act", short_help="Do something in the tenant's console.")
@click.argument("action", required=False)
@click.argument("arguments", nargs=-1, metavar="KEY=VALUE...")
@click.option("--as", "identity", metavar="IDENTITY", help="Who acts, by e-mail.")
@common
def act(
    chosen: Common, action: str | None, arguments: tuple[str, ...], identity: str | None
) -> int:
    """Do ACTION in the tenant's console, with the side effects that it has there.

    Without an ACTION, list all that there are, and what they take.
    """
    with work(chosen) as what, _sandbox(what) as (_, sandbox):
        if action is None:
            for name, usage in sandbox.actions.items():
                click.echo(f"{name} {usage}")
            return 0
        click.echo(sandbox.act(action, _pairs(arguments), identity))
    return 0


@command.command(name="reset", short_help="Start the tenant over from its seed.")
@common
def reset(chosen: Common) -> int:
    """Throw the sandbox tenant's data away and seed it anew."""
    with work(chosen) as what:
        tenant = _tenant(what)
        database = sandbox_database(tenant, what.project.root)
        for file in database.parent.glob(f"{database.name}*"):
            file.unlink()
        with _sandbox(what):
            click.echo(f"Sandbox tenant {tenant.name} is as its seed again.")
    return 0


@contextmanager
def _sandbox(what: Work) -> Iterator[tuple[Tenant, Sandbox]]:
    tenant = _tenant(what)
    vendor = what.vendors[tenant.vendor]
    with sandbox_of(tenant, vendor, what.project.root) as sandbox:
        yield tenant, sandbox


def _tenant(what: Work) -> Tenant:
    sandboxes = [tenant for tenant in what.tenants if tenant.is_sandbox]
    if len(sandboxes) == 1:
        return sandboxes[0]
    names = ", ".join(each.name for each in what.project.tenants.values() if each.is_sandbox)
    raise UsageError(
        "PRJ124",
        "several sandbox tenants are meant" if sandboxes else "no sandbox tenant is meant",
        hint=f"choose one with --tenant: {names}" if names else "the project has none",
    )


def _pairs(arguments: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for each in arguments:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise UsageError("RUN100", f"`{each}` is no KEY=VALUE")
        pairs[key] = f"{pairs[key]},{value}" if key in pairs else value
    return pairs
