"""`reconciler demo`: the whole story on a sandbox tenant, by the commands that a user types."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.cli.interrupts import SignalledError, meaning
from reconciler.cli.options import Common, common
from reconciler.cli.streams import echo
from reconciler.errors import UsageError

HEAD, TAIL = 36, 14
_SCRIPTS = ("reconciler", "reconciler.exe")


@dataclass(frozen=True, slots=True)
class Scene:
    """The text, the command that is run, and the exit code that it must have."""

    told: str
    arguments: tuple[str, ...]
    exit_code: int = 0


STORY = (
    Scene("Check the manifests: no network, no credentials.", ("validate",)),
    Scene("What would it take? Nearly everybody's access: a guard stops that.", ("plan",), 1),
    Scene(
        "It is meant, all of these people. The plan is kept for the apply.",
        ("plan", "--allow", "people=221", "--out", "access.plan"),
    ),
    Scene("Do exactly that.", ("apply", "access.plan")),
    Scene("Planned again, nothing is left to do.", ("plan", "--detailed-exitcode")),
    Scene(
        "Somebody opens up a profile in the console ...",
        (
            "sandbox",
            "act",
            "edit-profile",
            "profile=Borealis supervisor EMEA",
            "barge-in=enabled",
            "audio-recording-transcript=edit",
            "--as",
            "ivo.brandt@meridian.example",
        ),
    ),
    Scene(
        "... and moves a person.",
        (
            "sandbox",
            "act",
            "move-user",
            "user=tom.byrne@meridian.example",
            "profile=Alpine agent",
            "--as",
            "ivo.brandt@meridian.example",
        ),
    ),
    Scene("The schedule finds both; drift exits with 2.", ("drift",), 2),
    Scene("Plan to take them back ...", ("drift", "--revert", "--out", "revert.plan"), 2),
    Scene("... and do so.", ("apply", "revert.plan")),
    Scene("The tenant is what Git says again.", ("drift",)),
)


@click.command(name="demo")
@common
def command(chosen: Common) -> int:
    """Validate, plan, apply, drift and repair an example company on the embedded sandbox.

    Everything happens in a new folder, which is yours to play with afterwards.
    """
    folder = Path(tempfile.mkdtemp(prefix="reconciler-demo-"))
    with meaning(f"the files of the demo are in {folder}"):
        return _told(chosen, folder)


def _told(chosen: Common, folder: Path) -> int:
    shutil.copytree(_example(), folder, dirs_exist_ok=True)
    for scene in STORY:
        echo(chosen.paint(f"\n# {scene.told}", "bold cyan"))
        echo(chosen.paint(f"$ reconciler {_typed(scene.arguments)}", "bold"))
        code, lines = _played(scene, folder)
        echo("\n".join(lines if chosen.verbose else _excerpt(lines)))
        if code != scene.exit_code:
            echo(f"\nThe demo stops: exit code {code} instead of {scene.exit_code}.", err=True)
            return 1
    echo(chosen.paint("\nThat was the whole story.", "bold green"))
    echo(f"Its files are in {folder}. Change one of them, then type:")
    echo(f"  {_ourselves()} -C {shlex.quote(str(folder))} plan")
    return 0


def _ourselves() -> str:
    """How this program is called from the present folder: it need not be on the path."""
    here = Path(sys.executable).parent
    on_path = shutil.which("reconciler")
    if on_path is not None and Path(on_path).parent == here:
        return "reconciler"
    beside = next((here / each for each in _SCRIPTS if (here / each).is_file()), None)
    if beside is None:
        return f"{shlex.quote(sys.executable)} -m reconciler"
    present = Path.cwd()
    near = beside.relative_to(present) if beside.is_relative_to(present) else beside
    return shlex.quote(str(near))


def _played(scene: Scene, folder: Path) -> tuple[int, list[str]]:
    """The exit code of a command, and what it said; a signal lets it end before us."""
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", *scene.arguments],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        try:
            said, _ = process.communicate()
        except SignalledError:
            process.terminate()
            process.communicate()
            raise
    return process.returncode, said.splitlines()


def _example() -> Path:
    """The example company: in the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    for found in (package / "example", package.parent / "config-examples" / "webexcc"):
        if (found / "reconciler.yaml").is_file():
            return found
    raise UsageError("RUN107", "this installation has no example", hint="install it again")


def _typed(arguments: Iterable[str]) -> str:
    return " ".join(f'"{each}"' if " " in each else each for each in arguments)


def _excerpt(lines: list[str]) -> list[str]:
    """Beginning and end of what is long; `demo -v` shows all."""
    if len(lines) <= HEAD + TAIL + 5:
        return lines
    left_out = len(lines) - HEAD - TAIL
    return [*lines[:HEAD], f"      ... {left_out} more lines, all with -v ...", *lines[-TAIL:]]
