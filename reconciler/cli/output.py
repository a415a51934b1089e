"""Plans on their way out: to the terminal, to a machine, into a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.cli.allow import refuse_bare
from reconciler.cli.options import Common
from reconciler.cli.plan_files import Out, refuse_other_file, signed, verify
from reconciler.cli.streams import UnwritableError, echo
from reconciler.cli.terminal import room
from reconciler.errors import UsageError
from reconciler.model.guard import Allowance
from reconciler.model.plan import Plan, dump, fingerprint, load
from reconciler.planning.guards import wanted
from reconciler.reporting import text
from reconciler.reporting.wrapping import wrapped


def show_plan(plan: Plan, chosen: Common, *, seconds: float | None = None) -> None:
    """The plan on stdout, as text or JSON."""
    if chosen.json:
        echo(dump(plan), nl=False)
    else:
        style = text.Style(chosen.paint, whole=chosen.verbose, seconds=seconds)
        echo(wrapped(text.plan(plan, style), room(sys.stdout)), nl=False)


def show_unless_bare(
    plan: Plan, chosen: Common, given: Allowance, *, seconds: float | None = None
) -> None:
    """The plan on stdout; raises UsageError where only a bare number among what is `given` lets it
    pass: after the text, and instead of JSON.
    """
    if chosen.json and not plan.errored:
        refuse_bare(plan, given)
    show_plan(plan, chosen, seconds=seconds)
    if not plan.errored:
        refuse_bare(plan, given)


@contextmanager
def going_on() -> Iterator[None]:
    """Output of an apply that nothing has to wait for: where it cannot be written, the work goes
    on in silence.
    """
    try:
        yield
    except UnwritableError as error:
        why = "Nobody reads the output any more" if error.gone else f"No output any more ({error})"
        echo(f"{why}; the apply goes on.", err=True)


def print_on(line: str) -> None:
    """A line of an apply, which goes on where that cannot be written."""
    with going_on():
        echo(line)


def save(plan: Plan, file: Out, chosen: Common) -> None:
    """Write the plan for a later apply, readable by its owner alone, signed where a key is set.

    Only an older plan is overwritten; raises UsageError for any other file.
    """
    out = file.path
    assert out is not None  # noqa: S101 - asked before
    refuse_other_file(out)
    document = dump(signed(plan))
    try:
        out.unlink(missing_ok=True)
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(document)
    except OSError as error:
        raise UsageError(
            "RUN100", f"the plan cannot be saved to {out}: {error.strerror}"
        ) from error
    file.written = True
    leave = f" --allow {wanted(plan)}" if plan.outcome == "blocked" else ""
    mark = fingerprint(document)[:12]
    chosen.say(
        f"\nSaved to {out} (sha256 {mark}), valid while manifests and tenants "
        f"are as read. Apply it:\n  reconciler apply {out}{leave}"
    )


def saved(path: Path) -> Plan:
    """A plan that `--out` saved, its signature checked where a key is set.

    Raises UsageError for anything else.
    """
    try:
        plan = load(path.read_bytes())
    except OSError as error:
        raise UsageError(
            "RUN101",
            f"the plan {path} cannot be read: {error.strerror}",
            hint="make one with `reconciler plan --out FILE`",
        ) from error
    verify(plan, path)
    return plan


def refuse_contradictions(plan: Plan, path: Path) -> None:
    """Raises UsageError (RUN101) for a plan that shows another thing than it does."""
    from reconciler.planning.plan_consistency import contradictions  # noqa: PLC0415 - seldom needed

    if said := next(contradictions(plan), ""):
        raise UsageError(
            "RUN101",
            f"the plan {path} does another thing than it shows: {said}",
            hint="make a new plan and review it; find out who edited the file",
        )


def write_runbook(plan: Plan, path: Path, chosen: Common) -> None:
    """Write what is to be done by hand as Markdown; raises UsageError."""
    from reconciler.reporting.runbook import as_markdown  # noqa: PLC0415 - seldom wanted

    try:
        path.write_text(as_markdown(plan), encoding="utf-8")
    except OSError as error:
        raise UsageError("RUN193", f"{path} cannot be written: {error.strerror}") from error
    chosen.say(f"\nWhat is to be done by hand is in {path}.")
