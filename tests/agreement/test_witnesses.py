"""A witness builds what it sends and expects by itself, and not with code of a sandbox."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
WITNESSES = ("agreement", "contract", "golden", "property", "rules")
OF_A_SANDBOX = re.compile(r"^\s*(?:from|import) reconciler\.vendors\.\w+\.sandbox\b", re.MULTILINE)


@pytest.mark.parametrize("folder", WITNESSES)
def test_no_witness_uses_code_of_a_vendors_sandbox(folder: str) -> None:
    files = sorted((TESTS / folder).rglob("*.py"))
    assert files
    assert [file.name for file in files if OF_A_SANDBOX.search(file.read_text("utf-8"))] == []
