"""What memory a process has taken at most."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def peak_mib() -> int:
    """The peak of this process alone: `ru_maxrss` begins with its parent's on Linux."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        if found:
            return int(found[1]) // 1024
    if sys.platform == "win32":
        raise NotImplementedError("Windows tells the peak in no way of Python's own")
    import resource  # noqa: PLC0415 - POSIX's alone

    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
