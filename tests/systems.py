"""What some systems have not: tests that need it are skipped there, with the reason."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

needs_posix_modes = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")
needs_links = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows lets only privileged users make symbolic links"
)
needs_signals = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows ends a process outright where POSIX sends a signal"
)
needs_open_files_gone = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows replaces and removes no file that is open"
)
needs_posix_words = pytest.mark.skipif(
    os.name != "posix", reason="the system's own words are others on Windows"
)
needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(),
    reason="only /proc tells a process that is dead from one that nobody has waited for",
)

bare_processes = pytest.mark.skipif(
    "COVERAGE_PROCESS_CONFIG" in os.environ,
    reason="a process whose lines are counted starts with other modules, later, and ends otherwise",
)
