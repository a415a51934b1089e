"""The register of codes: complete, and it never loses a line."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from reconciler.contract.discover import discover

ROOT = Path(__file__).parents[2]
REGISTER = ROOT / "docs" / "codes.txt"
CODE = re.compile(r'"((?:YML|SCH|REF|PRJ|PLN|RUN|TEN)[0-9]{3})"')

OF_THE_API = re.compile(r"[A-Z]{3}2")


def registered(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines() if line and not line.startswith("#")]


def test_every_code_in_use_is_registered_and_no_other() -> None:
    used = {
        code
        for file in (ROOT / "reconciler").rglob("*.py")
        for code in CODE.findall(file.read_text(encoding="utf-8"))
    }
    used |= {
        rule.code for v in discover().values() for rule in v.rules if OF_THE_API.match(rule.code)
    }
    assert used == set(registered(REGISTER.read_text(encoding="utf-8")))


def test_no_code_is_registered_twice() -> None:
    counts = Counter(registered(REGISTER.read_text(encoding="utf-8")))
    assert not [code for code, count in counts.items() if count > 1]


def test_no_registered_code_is_ever_taken_out() -> None:
    git = ["git", "-C", str(ROOT), "log", "--format=%H", "--", "docs/codes.txt"]
    log = subprocess.run(git, capture_output=True, text=True, check=False)
    if log.returncode:
        pytest.skip("this is no git checkout: there is no history to compare with")
    now = set(registered(REGISTER.read_text(encoding="utf-8")))
    for commit in log.stdout.split():
        show = ["git", "-C", str(ROOT), "show", f"{commit}:docs/codes.txt"]
        before = subprocess.run(show, capture_output=True, text=True, check=False)
        assert set(registered(before.stdout)) <= now, commit
