"""Options that commands share, and the work that they describe."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import click

from reconciler.cli import completing
from reconciler.cli.allow import parse
from reconciler.cli.durations import seconds
from reconciler.cli.streams import echo
from reconciler.cli.terminal import clear_status, paint_for, progress
from reconciler.contract.discover import discover
from reconciler.model.guard import Allowance
from reconciler.reporting.paint import Paint

if TYPE_CHECKING:
    from reconciler.engine.prepare import Work

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Common:
    """The flags that every command takes."""

    chdir: Path
    tenants: tuple[str, ...]
    format: str
    no_color: bool
    no_input: bool
    verbose: bool
    quiet: bool
    parallelism: int
    allow: Allowance
    lock_timeout: float

    @property
    def json(self) -> bool:
        """Whether a machine reads the output."""
        return self.format == "json"

    @property
    def asks(self) -> bool:
        """Whether a person is there to answer."""
        return not self.no_input and sys.stdin.isatty()

    @property
    def paint(self) -> Paint:
        """Colours for stdout."""
        return paint_for(sys.stdout, no_color=self.no_color)

    def say(self, text: str) -> None:
        """Talk beside the output: on stderr, unless quiet."""
        if not self.quiet:
            echo(text, err=True)


_FORMATS = ("text", "json")
_GRAPHS = ("dot", "mermaid", "json")
_REPORTS = (*_FORMATS, "sarif", "junit", "github")

_OPTIONS = (
    click.option(
        "-C",
        "--chdir",
        type=click.Path(path_type=Path),
        help="The folder that holds reconciler.yaml, instead of this one.",
    ),
    click.option(
        "--tenant",
        "tenants",
        multiple=True,
        metavar="NAME",
        help="Only this tenant.",
        shell_complete=completing.tenants,
    ),
    click.option("--no-color", is_flag=True, help="No colours; NO_COLOR does the same."),
    click.option("--no-input", is_flag=True, help="Never ask; implied without a terminal."),
    click.option("-v", "--verbose", is_flag=True, help="Leave nothing out."),
    click.option("-q", "--quiet", is_flag=True, help="Say nothing beside the result."),
    click.option(
        "--parallelism",
        type=click.IntRange(1, 64),
        default=8,
        show_default=True,
        help="How many reads or writes are under way at once.",
    ),
)

allow = click.option(
    "--allow",
    multiple=True,
    metavar="OVERRIDE",
    help="Pass a guard, with the values that the plan prints, such as people=412:9b1f: "
    "destroy, people, administrators, policy, lockout, transient.",
)
"""For the commands that a guard may stop."""

lock_timeout = click.option(
    "--lock-timeout",
    default="0s",
    metavar="DURATION",
    help="Wait so long for another run to release the lock, such as 30s or 5m.  [default: 0s]",
)
"""For the commands that take the lock of a tenant."""

targets = click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="ADDRESS",
    shell_complete=completing.addresses,
    help="Only this object and what has to be created for it; any unambiguous end of an address.",
)

runbook = click.option(
    "--runbook",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write what is to be done by hand to this file, as Markdown.",
)

base = click.option(
    "--base",
    metavar="REV",
    help="Compare with this Git revision: block what loosens checks, unless --allow policy:DIGEST.",
)

snapshot = click.option(
    "--snapshot",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Use this snapshot of the tenant: no network, no credentials.",
)


def common(command: Callable[Concatenate[Common, P], int]) -> Callable[..., int]:
    """Add the flags that every command takes; the command gets them as its first argument."""
    return _with_options(command, _FORMATS)


def reporting(command: Callable[Concatenate[Common, P], int]) -> Callable[..., int]:
    """The same flags for a command whose findings other tools take too."""
    return _with_options(command, _REPORTS)


def drawing(command: Callable[Concatenate[Common, P], int]) -> Callable[..., int]:
    """The same flags for a command that prints a graph."""
    return _with_options(command, _GRAPHS)


def _with_options(
    command: Callable[Concatenate[Common, P], int], formats: tuple[str, ...]
) -> Callable[..., int]:
    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> int:
        given: dict[str, Any] = dict(kwargs)
        chosen = Common(
            chdir=given.pop("chdir") or click.get_current_context().obj or Path(),
            tenants=given.pop("tenants"),
            format=given.pop("format_"),
            no_color=given.pop("no_color"),
            no_input=given.pop("no_input"),
            verbose=given.pop("verbose"),
            quiet=given.pop("quiet"),
            parallelism=given.pop("parallelism"),
            allow=parse(given.pop("allow", ())),
            lock_timeout=seconds("--lock-timeout", given.pop("lock_timeout", "0s")),
        )
        return command(chosen, *args, **given)

    result: Callable[..., int] = wrapped
    for option in reversed((*_OPTIONS[:2], _format(formats), *_OPTIONS[2:])):
        result = option(result)
    return result


def _format(formats: tuple[str, ...]) -> Callable[[Callable[..., int]], Callable[..., int]]:
    return click.option(
        "--format",
        "format_",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="For people or for machines.",
    )


def _warn(text: str) -> None:
    """What a person has to know though nothing stops: even a quiet command says it."""
    echo(f"Warning: {text}.", err=True)


@contextmanager
def work_on_snapshot(chosen: Common, path: Path, targets: tuple[str, ...] = ()) -> Iterator[Work]:
    """The project and the one tenant that a snapshot is of, which stands in for reading it."""
    from reconciler.engine.snapshots import opened, tenants_of  # noqa: PLC0415 - seldom needed

    found = opened(path)
    with work(replace(chosen, tenants=()), targets) as what:
        tenants = tenants_of(found, what.project, chosen.tenants, what.vendors)
        yield replace(what, tenants=tenants, instead=found.snapshot)


@contextmanager
def work(chosen: Common, targets: tuple[str, ...] = ()) -> Iterator[Work]:
    """The project and its chosen tenants, with progress shown where a person watches."""
    # `validate` of a file does without a project
    from reconciler.engine.connect import Surroundings  # noqa: PLC0415
    from reconciler.engine.prepare import Work  # noqa: PLC0415
    from reconciler.manifests.project import load_project  # noqa: PLC0415

    vendors = discover()
    project = load_project(chosen.chdir, vendors, os.environ, datetime.now(UTC).date())

    def waiting(text: str) -> None:
        clear_status()
        chosen.say(text)

    with progress(quiet=chosen.quiet) as told:
        around = Surroundings(
            project.root,
            os.environ,
            chosen.parallelism,
            told,
            _warn,
            waiting=waiting,
            lock_timeout=chosen.lock_timeout,
        )
        yield Work(project, project.chosen(chosen.tenants), vendors, around, targets, chosen.allow)
