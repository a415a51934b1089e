"""The tenant that these tests ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.vendors.cxone.services import Services


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[Services]:
    """A new tenant."""
    found = Services(tmp_path)
    yield found
    found.sandbox.close()
