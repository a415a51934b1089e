"""`reconciler schema export`: JSON Schemas for editors and CI, of all vendors installed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import click

from reconciler.cli.options import Common, common
from reconciler.cli.streams import echo
from reconciler.contract.discover import discover
from reconciler.errors import UsageError


class State(StrEnum):
    """How a file on disk was to the schema that it is to hold."""

    FRESH = "fresh"
    CHANGED = "changed"
    MISSING = "missing"


@click.group(name="schema")
def command() -> None:
    """JSON Schemas of manifests, project and plan."""


@command.command(name="export")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where a file is not fresh.")
@common
def export(chosen: Common, folder: Path | None, check: bool) -> int:
    """Write the schemas into DIR, by default `schemas`.

    An editor completes and checks a manifest that begins with a line like

    \b
    # yaml-language-server: $schema=../schemas/manifest.json
    """
    # models and generator are needed here alone
    from reconciler.manifests.export import published  # noqa: PLC0415

    made = published(discover().values())
    shown = folder or Path("schemas")
    root = chosen.chdir / shown
    states = {name: _state(root / name, data) for name, data in made.items()}
    stale = [name for name, state in states.items() if state is not State.FRESH]
    if not check:
        for name in stale:
            _write(root / name, made[name])
    if chosen.json:
        _print_json(shown, states)
    elif not check:
        _print(shown, states)
    elif stale:
        raise UsageError(
            "RUN131",
            f"{len(stale)} of {len(made)} schemas in {shown} are not as this version writes them: "
            + ", ".join(f"{name} is {states[name]}" for name in stale),
            hint=f"run `reconciler schema export {shown}`, and commit what it writes",
        )
    else:
        chosen.say(f"All {len(made)} schemas in {shown} are fresh.")
    return 1 if check and stale else 0


def _state(file: Path, data: bytes) -> State:
    try:
        found = file.read_bytes().replace(b"\r\n", b"\n")  # Git may check files out like that
    except FileNotFoundError:
        return State.MISSING
    except OSError as error:
        raise _unusable(file, "read", error) from error
    return State.FRESH if found == data else State.CHANGED


def _write(file: Path, data: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except OSError as error:
        raise _unusable(file, "written", error) from error


def _unusable(file: Path, what: str, error: OSError) -> UsageError:
    return UsageError(
        "RUN130",
        f"{file} cannot be {what}: {error.strerror}",
        hint="name another folder: `reconciler schema export DIR`",
    )


def _print(folder: Path, states: Mapping[str, State]) -> None:
    marks = {State.FRESH: " ", State.CHANGED: "~", State.MISSING: "+"}
    for name, state in states.items():
        echo(f"{marks[state]} {(folder / name).as_posix()}")
    written = sum(state is not State.FRESH for state in states.values())
    echo(f"\n{written} of {len(states)} schemas written, the others were fresh.")


def _print_json(folder: Path, states: Mapping[str, State]) -> None:
    from reconciler.model.report import FORMAT_VERSION  # noqa: PLC0415
    from reconciler.reporting import json  # noqa: PLC0415

    files = [{"path": name, "was": str(state)} for name, state in states.items()]
    document = {"format_version": FORMAT_VERSION, "folder": folder.as_posix(), "files": files}
    echo(json.document(document), nl=False)
