"""Runs of a command, measured from outside: wall time, CPU time, and the largest memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock, seconds of CPU, MiB at the peak; medians of several runs."""

    seconds: float
    cpu: float
    mebibytes: float


class FailedError(Exception):
    """A measured command did not do what it was to do; its figures would mean nothing."""


def run(command: Sequence[str], folder: Path, *, refused: bool = False) -> Cost:
    """One run of a command in a folder; raises FailedError where it fails.

    Where the input may be `refused`, exit code 1 is a result like another.
    """
    output = folder / ".bench-output"
    # an installed package has its bytecode; a checkout may be kept from writing it
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / ".bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with output.open("wb") as sink:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ((0, 1) if refused else (0,)):
        said = output.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise FailedError(f"{' '.join(command)} exited with {process.returncode}:\n{said}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def paired(
    commands: Mapping[str, tuple[Sequence[str], Path]],
    runs: int,
    *,
    before: Callable[[Path], None] = lambda _folder: None,
) -> dict[str, Cost]:
    """Every command so many times, in turns, so that a slow moment of the machine hits all.

    A first run of each is not counted: it fills caches. `before` is called with the folder ahead of
    each run, off the clock.
    """
    for command, folder in commands.values():
        before(folder)
        run(command, folder)
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, (command, folder) in commands.items():
            before(folder)
            costs[name].append(run(command, folder))
    return {name: _median(found) for name, found in costs.items()}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(each.seconds for each in costs),
        statistics.median(each.cpu for each in costs),
        max(each.mebibytes for each in costs),
    )
