"""Check that pip still accepts the locks: `make lock-check`, in CI and every night.

`pip install --require-hashes --dry-run` of each lock, in an empty environment, with the oldest and
the newest pip that the releases of this Python bundle. A clone that installed yesterday then
installs today, whatever a dependency has released since.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "requirements"
STEPS = (("runtime.txt", "build.txt"), ("dev.txt",))
"""What the Makefile installs at once, step by step."""

OLDEST = {(3, 11): "22.3", (3, 12): "23.2.1", (3, 13): "24.2", (3, 14): "25.2"}
"""The pip of the first release of each Python that we support."""
NEWEST = "25.3"
"""The pip that the latest releases bundle; raise it when a new Python is added to CI."""


def main() -> int:
    """Check every lock with every pip; print one line for each and return the exit code."""
    oldest = OLDEST.get(sys.version_info[:2], NEWEST)
    results = [check(pip, step) for pip in dict.fromkeys((oldest, NEWEST)) for step in STEPS]
    return 0 if all(results) else 1


def check(pip: str, files: tuple[str, ...]) -> bool:
    """Whether this pip would install these locks into an empty environment."""
    with tempfile.TemporaryDirectory(prefix="reconciler-locks-") as folder:
        venv.create(folder, with_pip=True)
        binaries = "Scripts" if sys.platform == "win32" else "bin"
        command = [str(Path(folder, binaries, "python")), "-m", "pip", "--quiet", "install"]
        run([*command, f"pip=={pip}"])
        locks = [part for file in files for part in ("-r", str(FOLDER / file))]
        result = run([*command, "--require-hashes", "--dry-run", *locks], check=False)
    python = ".".join(map(str, sys.version_info[:3]))
    accepted = result.returncode == 0
    verdict = "ok" if accepted else "refused"
    print(f"Python {python}, pip {pip}, {' and '.join(files)}: {verdict}", flush=True)
    if not accepted:
        print(result.stderr, file=sys.stderr)
    return accepted


def run(command: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command and keep what it prints."""
    return subprocess.run(command, check=check, capture_output=True, text=True)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
