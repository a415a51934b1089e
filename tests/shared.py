"""The shared documents, which this repository does not hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared(name: str) -> Path:
    """A shared file; skips where it is absent, fails where REQUIRE_SHARED says it must be there."""
    folder = Path(os.environ.get("SHARED_DIR") or Path(__file__).parents[2] / "shared")
    file = folder / name
    if not file.exists():
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail(f"{file} is not there, and REQUIRE_SHARED is set")
        pytest.skip(f"the shared document {name} is not there (SHARED_DIR)")
    return file
