"""`make bench`: start-up, validate, plan, import and apply, next to their floors and to Terraform.

`python -m bench [SIZE ...] [--runs N]`. Without a `terraform` on the path its columns are empty.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bench import corpus, hostile, terraform, throttled
from bench.measure import Cost, paired, run
from bench.tables import Aim, Table

MOST_FOR_TERRAFORM = 10_000
"""At 100,000 blocks Terraform takes minutes and gigabytes; its growth is known."""

RECONCILER = (sys.executable, "-m", "reconciler")
Costs = dict[str, Cost]

PARSE_ONLY = """\
import gc, pathlib
gc.disable()
from reconciler.manifests import native, text
for file in sorted(pathlib.Path("access").iterdir()):
    for chunk in text.documents(text.decoded(file.read_bytes())):
        native.read(chunk)
"""
STARTS = {
    "python -c pass": ("-c", "pass"),
    "reconciler --version": ("-m", "reconciler", "--version"),
    "python -c 'import click'": ("-c", "import click"),
    "reconciler --help": ("-m", "reconciler", "--help"),
    "python -c 'import click, pydantic.main' and the models": (
        "-c",
        "import click, pydantic.main, reconciler.vendors.webexcc.models",
    ),
    "reconciler validate ONE-FILE": ("-m", "reconciler", "validate", "access/one.yaml"),
}

ONE = """\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: billing-supervisor}
spec:
  name: Billing supervisor
  profileType: supervisor
  permissions: {queue: edit, team: view}
  resources: all
"""


VALIDATE = Table(
    "validate, with references and all rules (parse: the native reader alone)",
    "parse",
    {10_000: Aim(0.25, 0.15, 120, 10_000)},
)
PLAN = Table(
    "no-change plan: state of an adopting apply, whole tenant read from the sandbox in-process",
    "",
    {
        10_000: Aim(0.05, 0.025, 200, 10_000),
        100_000: Aim(1, 0.25, 1024, 10_000, growth=1.05),
    },
)
IMPORT = Table("import --all into an empty project, files and state written", "", {})
CREATES = 1_000
APPLY = Table(
    "apply: all new, 19 profiles to each collection, on an unthrottled sandbox in-process",
    "",
    {CREATES: Aim(0.1, 0.05, None, CREATES)},
)

THROTTLED_CREATES, RATE = 150, "300/min"
"""What the vendor documents, and as many requests as take between one minute and two."""


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    asked.add_argument("--runs", type=int, default=3, help="runs of each command (median)")
    given = asked.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="reconciler-bench-") as folder:
        _starts(Path(folder) / "start", given.runs * 3)
        for table, measure in ((VALIDATE, _validate), (PLAN, _plan)):
            print(table.head())
            for size in sorted(given.sizes):
                costs = _measured(measure, Path(folder) / str(size), size, given.runs)
                line = table.line(size, costs["ours"], costs.get("floor"), costs.get("theirs"))
                print(line, flush=True)
        _imports(Path(folder) / "import", sorted(given.sizes), given.runs)
        _applies(Path(folder) / "apply", given.runs)
        _throttled(Path(folder) / "throttled")
        _hostile(Path(folder) / "hostile")


def _starts(folder: Path, runs: int) -> None:
    (folder / "access").mkdir(parents=True)
    (folder / "access" / "one.yaml").write_text(ONE, encoding="utf-8")
    costs = paired(
        {name: ((sys.executable, *arguments), folder) for name, arguments in STARTS.items()}, runs
    )
    print("\nstart-up (s; each beside its floor)")
    rows = list(costs.items())
    for (floor, least), (name, cost) in zip(rows[::2], rows[1::2], strict=True):
        print(
            f"  {cost.seconds:.3f}  {name:32} {cost.seconds / least.seconds:.2f} x {floor} "
            f"({least.seconds:.3f})"
        )


Command = tuple[Sequence[str], Path]
Commands = dict[str, Command]


def _measured(
    commands: Callable[[Path, Path | None], Commands], folder: Path, size: int, runs: int
) -> Costs:
    """What the commands cost in a project of that size, and in as much of Terraform's."""
    project, theirs = folder / "project", folder / "terraform"
    # apart: what a process has held by the time it starts another counts as memory of that one
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:
        apart.submit(corpus.write, project, size).result()
        there = size <= MOST_FOR_TERRAFORM and apart.submit(terraform.write, theirs, size).result()
    try:
        made = commands(project, theirs if there else None)
        return paired(made, 1 if size > MOST_FOR_TERRAFORM else runs)
    finally:
        shutil.rmtree(folder)


def _validate(project: Path, theirs: Path | None) -> Commands:
    commands: Commands = {
        "ours": ((*RECONCILER, "validate"), project),
        "floor": ((sys.executable, "-c", PARSE_ONLY), project),
    }
    return commands | ({"theirs": (terraform.VALIDATE, theirs)} if theirs else {})


def _plan(project: Path, theirs: Path | None) -> Commands:
    run((*RECONCILER, "apply", "--auto-approve", "--no-input"), project)
    commands: Commands = {"ours": ((*RECONCILER, "plan", "--detailed-exitcode"), project)}
    return commands | ({"theirs": (terraform.PLAN, theirs)} if theirs else {})


def _imports(folder: Path, sizes: Sequence[int], runs: int) -> None:
    print(IMPORT.head())
    for size in sizes:
        project = folder / str(size)
        corpus.write_bare(project, size)
        ours = {"ours": ((*RECONCILER, "import", "--all"), project)}
        cost = paired(ours, 1 if size > MOST_FOR_TERRAFORM else runs, before=_without_git)["ours"]
        print(IMPORT.line(size, cost, None, None), flush=True)


def _without_git(project: Path) -> None:
    shutil.rmtree(project / "access", ignore_errors=True)
    for file in (project / ".reconciler").glob("state.db*"):
        file.unlink()


def _applies(folder: Path, runs: int) -> None:
    print(APPLY.head())
    project, theirs = folder / "project", folder / "terraform"
    corpus.write_new(project, CREATES)
    ours = {"ours": ((*RECONCILER, "apply", "--auto-approve", "--no-input"), project)}
    cost = paired(ours, runs, before=_start_over)["ours"]
    # once: it takes minutes, and has no caches to fill
    there = terraform.write(theirs, CREATES, applied=False)
    print(APPLY.line(CREATES, cost, None, run(terraform.APPLY, theirs) if there else None))


def _start_over(project: Path) -> None:
    shutil.rmtree(project / ".reconciler", ignore_errors=True)


def _throttled(folder: Path) -> None:
    print(f"\napply on a throttled sandbox of {RATE} (aim: 95 % of the rate used)", flush=True)
    corpus.write_new(folder, THROTTLED_CREATES, RATE)
    print(throttled.used(folder))


def _hostile(folder: Path) -> None:
    print(f"\nvalidate of hostile input (aim: {hostile.MOST_SECONDS:.0f} s of processor each)")
    print(f"{'seconds':>9} {'CPU':>9} {'MiB':>6}")
    for line in hostile.lines(folder):
        print(line, flush=True)


if __name__ == "__main__":
    main()
