"""A sandbox tenant of a project, served by the real command on a free port of this machine."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

LONGEST = 600
"""Seconds after which a forgotten server stops by itself."""


@dataclass
class Served:
    """A running server: where it is, what it said, and how it ended."""

    process: subprocess.Popen[str]
    url: str
    said: str

    def client(self, token: str = "root-token") -> httpx2.Client:  # noqa: S107 - of a seed
        """A plain client of the server, which owes nothing to `reconciler.http`."""
        return httpx2.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=LONGEST,
            trust_env=False,
        )

    def stopped(self, by: signal.Signals) -> tuple[int, str]:
        """Send a signal; the exit code, and all that was said since the start."""
        self.process.send_signal(by)
        out, err = self.process.communicate(timeout=LONGEST)
        return self.process.returncode, out + err


@contextmanager
def serving(root: Path, *options: str) -> Iterator[Served]:
    """`reconciler sandbox serve` in a folder, for as long as the block."""
    command = [sys.executable, "-m", "reconciler", "sandbox", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--for", str(LONGEST), *options],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        yield _begun(process)
    finally:
        process.kill()
        process.communicate()


def _begun(process: subprocess.Popen[str]) -> Served:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("SANDBOX_TOKEN"):
            said = "".join(lines)
            found = re.search(r"served at (http://127\.0\.0\.1:\d+)", said)
            assert found is not None, said
            return Served(process, found[1], said)
    _, err = process.communicate()
    raise AssertionError(f"the server did not start: {''.join(lines)}{err}")
