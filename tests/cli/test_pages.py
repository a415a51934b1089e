"""The commands that the pages show: each is one that there is, and those of the examples work."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reconciler.cli.group import group
from reconciler.cli.terraform import refuse, translated
from tests.workshop import Terminal

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "config-examples").glob("*/README.md")),
]
EXAMPLES = sorted(path.parent for path in (ROOT / "config-examples").glob("*/README.md"))
BLOCK = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(
    r"(?:^|\|\s*)(?:- |- run: |run: |entry: |\$ )?(reconciler [^|>\n]+)", re.MULTILINE
)
"""A command at the start of a line, or behind a pipe; what follows it is left out."""


def commands(page: Path) -> Iterator[tuple[list[str], str]]:
    """The commands in the blocks of a page, each with the comment behind it."""
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for text in COMMAND.findall(block):
            typed, _, comment = text.partition(" # ")
            if "…" not in typed and not typed.startswith("reconciler.yaml"):
                yield shlex.split(typed)[1:], comment


def parsed(arguments: list[str]) -> None:
    """Let click read a command line without running it; raises UsageError for what it is not."""
    refuse(arguments)
    left = translated(arguments)
    command: click.Command = group
    context: click.Context | None = None
    while isinstance(command, click.Group) and left and not left[0].startswith("-"):
        name, found, left = command.resolve_command(click.Context(command), left)
        assert found is not None
        context = click.Context(command, info_name=name, parent=context)
        command = found
    command.make_context(command.name, list(left), parent=context)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_is_one_that_there_is(page: Path) -> None:
    for arguments, _ in commands(page):
        try:
            parsed(arguments)
        except click.exceptions.Exit:
            pass  # --help
        except click.UsageError as error:
            pytest.fail(f"{page.name}: reconciler {shlex.join(arguments)}: {error.message}")


def test_a_command_that_there_is_not_would_be_found() -> None:
    for line in ("plna", "plan --outt x", "state mvv a", "drift --accept --fulll"):
        with pytest.raises(click.UsageError):
            parsed(line.split())


def test_the_pages_have_commands() -> None:
    assert sum(1 for page in PAGES for _ in commands(page)) > 50


def told_code(comment: str) -> int:
    """The exit code that a page promises: none is success."""
    found = re.search(r"exit(?:s with| code)? (\d)", comment)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_readme_of_an_example_works_as_typed(terminal: Terminal, example: Path) -> None:
    shutil.copytree(example, terminal.root, dirs_exist_ok=True)
    shown = list(commands(example / "README.md"))
    assert shown
    for arguments, comment in shown:
        # the reader of the page is there to say yes
        approve = ["--auto-approve"] if arguments[0] == "apply" else []
        said = terminal(*arguments, *approve)
        assert said.code == told_code(comment), f"{shlex.join(arguments)}: {said.out}{said.err}"


NOT_HERE = {
    "drift --accept": "asks",
    "mv UserProfile/lead chief": "of another project",
    "sandbox serve --latency 50ms --faults faults.yaml": "serves until it is stopped",
}
"""Commands of the README that cannot be run in a copy of the example, and why."""


def test_the_day_by_day_of_the_readme_works_in_a_project(terminal: Terminal) -> None:
    terminal.has_the_example()
    assert terminal("plan", "--allow", "people=221", "--out", "first.plan").code == 0
    assert terminal("apply", "first.plan").code == 0
    for arguments, _ in commands(ROOT / "README.md"):
        line = shlex.join(arguments)
        if line in NOT_HERE or line == "plan":
            continue
        if arguments[:2] == ["sandbox", "seed"]:
            # a file that exists is never written over
            shutil.rmtree(terminal.root / "access")
        said = terminal(*arguments)
        assert said.code == 0, f"{line}: {said.out}{said.err}"
    assert {shlex.join(each) for each, _ in commands(ROOT / "README.md")} >= NOT_HERE.keys()


def test_every_make_target_of_the_pages_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    pages = [*PAGES, ROOT / ".github" / "CONTRIBUTING.md", ROOT / "requirements" / "README.md"]
    shown = {
        target
        for page in pages
        for target in re.findall(r"(?:^|`)(?:CI=1 )?make ([a-z-]+)", page.read_text("utf-8"), re.M)
    }
    assert {"demo", "test", "lock-check"} <= shown
    assert shown <= targets
