"""Saved plans as a command sees them: the key of their signatures, and files that stay."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.streams import echo
from reconciler.errors import UsageError
from reconciler.model import plan_signature
from reconciler.model.plan import Plan
from reconciler.model.plan_file import is_plan

if TYPE_CHECKING:
    from reconciler.cli.options import Common
    from reconciler.engine.prepare import Work

KEY = "RECONCILER_PLAN_KEY"
_NO_KEY = f"set {KEY} to the key that plans of this project are signed with"


def key() -> bytes | None:
    """The key of signatures, None where none is set."""
    found = os.environ.get(KEY)
    return os.fsencode(found) if found else None


def refuse_without_key(work: Work) -> None:
    """Raises UsageError (RUN151) where the project wants signatures and no key is set."""
    if work.project.signs_plans and key() is None:
        raise UsageError(
            "RUN151",
            "the project wants saved plans to be signed (`plans: {signed: true}`), and no key "
            "is set",
            hint=_NO_KEY,
        )


def signed(plan: Plan) -> Plan:
    """The plan as it is saved: with a signature, where a key is set."""
    found = key()
    return plan_signature.signed(plan, found) if found else plan


def verify(plan: Plan, path: Path) -> None:
    """Check the signature of a saved plan, where a key is set.

    Raises UsageError: RUN152 for a plan without one, RUN153 for one that does not fit.
    """
    found = key()
    verdict = plan_signature.verdict(plan, found) if found else "good"
    if verdict == "missing":
        raise UsageError(
            "RUN152",
            f"the plan {path} is not signed",
            hint=f"save the plan again with {KEY} set; without {KEY} no signature is checked, "
            "unless the project wants one",
        )
    if verdict == "wrong":
        raise UsageError(
            "RUN153",
            f"the signature of the plan {path} does not fit: the file was edited, or signed with "
            "another key",
            hint="make a new plan and review it; find out who edited the file",
        )


@dataclass(slots=True)
class Out:
    """The file of `--out`, None where there is none, and why nothing was written to it.

    Where the command fails, that says why.
    """

    path: Path | None
    unwritten: str = ""
    written: bool = False


@contextmanager
def out_file(path: Path | None, chosen: Common) -> Iterator[Out]:
    """Whatever ends the block without a plan in the file: say so, and what the file holds.

    As Terraform does, an older plan stays; nobody may take it for the plan that was not written.
    """
    out = Out(path)
    try:
        if path is not None:
            refuse_other_file(path)
        yield out
    finally:
        if path is not None and not out.written:
            _say_unwritten(path, out.unwritten, chosen)


def _say_unwritten(path: Path, why: str, chosen: Common) -> None:
    because = why or "the command failed"
    if path.is_file() and path.stat().st_size:
        # even a quiet command says this
        older = f"The file {path} is still there and holds an earlier plan, not this one."
        echo(f"No plan was written: {because}. {older}", err=True)
    elif why:
        chosen.say(f"No plan was written to {path}: {why}.")


def refuse_other_file(path: Path) -> None:
    """Only an older plan is overwritten; raises UsageError for any other file."""
    if path.is_file() and path.stat().st_size and not is_plan(path.read_bytes()):
        raise UsageError(
            "RUN100",
            f"{path} exists and is not a saved plan",
            hint="choose another name, or remove the file first",
        )
