"""`make bench`: validate and start-up, next to their floors and, where it is there, Terraform.

`python -m bench [SIZE ...] [--runs N]`. Terraform's side is made by gen_tf.py of the shared
documents (SHARED_DIR); without it, or without a `terraform` on the path, its column is empty.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import corpus
from bench.measure import Cost, paired

SHARED = Path(os.environ.get("SHARED_DIR") or Path(__file__).parents[2] / "shared")
MOST_FOR_TERRAFORM = 10_000
"""At 100,000 blocks Terraform takes minutes and gigabytes; its growth is known."""

PARSE_ONLY = """\
import gc, pathlib
gc.disable()
from reconciler.manifests import native, text
for file in sorted(pathlib.Path("access").iterdir()):
    for chunk in text.documents(text.decoded(file.read_bytes())):
        native.read(chunk.text)
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


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    asked.add_argument("--runs", type=int, default=3, help="runs of each command (median)")
    given = asked.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="reconciler-bench-") as folder:
        _starts(Path(folder) / "start", given.runs * 3)
        print("\nvalidate, with references and all rules (s, peak MiB; parse: the native reader)")
        print(
            f"{'objects':>8} {'validate':>9} {'MiB':>6} {'parse':>7} {'MiB':>6} "
            f"{'terraform':>9} {'MiB':>6} {'ratio':>6}"
        )
        for size in given.sizes:
            print(_validate(Path(folder) / str(size), size, given.runs), flush=True)


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


def _validate(folder: Path, size: int, runs: int) -> str:
    project = folder / "project"
    corpus.write(project, size)
    commands: dict[str, tuple[Sequence[str], Path]] = {
        "validate": ((sys.executable, "-m", "reconciler", "validate"), project),
        "parse": ((sys.executable, "-c", PARSE_ONLY), project),
    }
    if _terraform(folder / "terraform", size):
        commands["terraform"] = (("terraform", "validate"), folder / "terraform")
    costs = paired(commands, 1 if size > MOST_FOR_TERRAFORM else runs)
    shutil.rmtree(folder)
    ours, parse, theirs = costs["validate"], costs["parse"], costs.get("terraform")
    ratio = f"{ours.seconds / theirs.seconds:6.2f}" if theirs else f"{'':>6}"
    return f"{size:>8} {_columns(ours, 9)} {_columns(parse, 7)} {_columns(theirs, 9)} {ratio}"


def _columns(cost: Cost | None, width: int) -> str:
    if cost is None:
        return f"{'-':>{width}} {'-':>6}"
    return f"{cost.seconds:>{width}.3f} {cost.mebibytes:>6.0f}"


def _terraform(folder: Path, size: int) -> bool:
    """As many Terraform blocks in a folder, initialized; False where that cannot be."""
    generator = SHARED / "bench" / "gen_tf.py"
    if size > MOST_FOR_TERRAFORM or not shutil.which("terraform") or not generator.is_file():
        return False
    make = [sys.executable, str(generator), str(folder), str(size), "--style", "blocks"]
    subprocess.run(make, check=True)
    subprocess.run(
        ["terraform", "init", "-input=false"], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    return True


if __name__ == "__main__":
    main()
