"""Plans on their way out: to the terminal, to a machine, into a file."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.options import Common
from reconciler.errors import UsageError
from reconciler.model.plan import Plan, dump, fingerprint, load
from reconciler.reporting import text


def show_plan(plan: Plan, chosen: Common, *, seconds: float | None = None) -> None:
    """The plan on stdout, as text or JSON."""
    if chosen.json:
        click.echo(dump(plan), nl=False)
    else:
        style = text.Style(chosen.paint, whole=chosen.verbose, seconds=seconds)
        click.echo(text.plan(plan, style), nl=False)


def save(plan: Plan, out: Path, chosen: Common) -> None:
    """Write the plan for a later apply, readable by its owner alone."""
    try:
        out.unlink(missing_ok=True)
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(dump(plan))
    except OSError as error:
        raise UsageError(
            "RUN100", f"the plan cannot be saved to {out}: {error.strerror}"
        ) from error
    chosen.say(
        f"\nSaved to {out} (sha256 {fingerprint(plan)[:12]}), valid while manifests and tenants "
        f"are as read. Apply it:\n  reconciler apply {out}"
    )


def saved(path: Path) -> Plan:
    """A plan that `--out` saved; raises UsageError for anything else."""
    try:
        return load(path.read_bytes())
    except OSError as error:
        raise UsageError(
            "RUN101",
            f"the plan {path} cannot be read: {error.strerror}",
            hint="make one with `reconciler plan --out FILE`",
        ) from error
