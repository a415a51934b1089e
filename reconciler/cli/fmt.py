"""`reconciler fmt`: manifests in one layout; no tenant, no state."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.options import Common, common, work
from reconciler.cli.streams import echo
from reconciler.errors import UsageError
from reconciler.manifests.parse import STDIN
from reconciler.reporting import json

if TYPE_CHECKING:
    from reconciler.manifests.format_files import Layouts

DIFFERS = 2


@click.command(name="fmt")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit with 2 where a file would change.")
@click.option("--diff", is_flag=True, help="Show the lines that change.")
@common
def command(chosen: Common, paths: tuple[Path, ...], check: bool, diff: bool) -> int:
    """Set manifests in one layout: two blanks a level, keys in the order of the schema.

    Comments, quotes, anchors and values stay. PATH is a file, a folder, a glob, or `-` for standard
    input, which goes to standard output; without one it is all files of the project. The names of
    files that change are printed.
    """
    from reconciler.manifests.format_files import of_paths, of_project  # noqa: PLC0415 - slow

    if STDIN in map(_named, paths):
        return _standard_input(chosen, paths, check=check, diff=diff)
    if paths:
        made: Layouts = of_paths(paths)
    else:
        with work(chosen) as what:
            made = of_project(what.project)
    if not check:
        made.write()
    _show(made, chosen, check=check, diff=diff)
    return DIFFERS if check and made.after else 0


def _named(path: Path) -> str:
    return STDIN if str(path) == "-" else str(path)


def _standard_input(chosen: Common, paths: tuple[Path, ...], *, check: bool, diff: bool) -> int:
    from reconciler.manifests.format_files import Layouts, set_anew  # noqa: PLC0415 - as above
    from reconciler.manifests.text import MOST_BYTES  # noqa: PLC0415

    if len(paths) > 1:
        raise UsageError("RUN100", "`-` is standard input, and goes alone")
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    new = set_anew(STDIN, data)
    if check or diff:
        after = {STDIN: new} if new != data else {}
        made = Layouts(Path(), {STDIN: data}, after)
        _show(made, chosen, check=check, diff=diff)
    else:
        echo(new, nl=False)  # as bytes: Windows would end CRLF lines twice
    return DIFFERS if check and new != data else 0


def _show(made: Layouts, chosen: Common, *, check: bool, diff: bool) -> None:
    files = sorted(made.after)
    if chosen.json:
        told = {"format_version": "1.0", "changed": files, "written": not check}
        echo(json.document(told), nl=False)
        return
    if diff and files:
        from reconciler.reporting.unified import unified  # noqa: PLC0415 - with it comes difflib

        echo(unified(made.before, made.after, chosen.paint))
    else:
        for file in files:
            echo(file)
    if not files:
        count = len(made.before)
        chosen.say("1 file is formatted." if count == 1 else f"All {count:,} files are formatted.")
