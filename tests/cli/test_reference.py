"""The reference pages say all that there is, and what they show works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.sandbox import faults
from reconciler.vendors.cxone.sandbox import quirks as of_cxone
from reconciler.vendors.cxone.sandbox import seed as cxone
from reconciler.vendors.webexcc.sandbox import quirks as of_webex
from reconciler.vendors.webexcc.sandbox import seed as webex
from tests.workshop import Terminal

PAGES = Path(__file__).parents[2] / "docs" / "reference"
SEEDS = (PAGES / "seeds.md").read_text("utf-8")
FAULTS = (PAGES / "sandbox-faults.md").read_text("utf-8")
VENDORS = {"webexcc": "## Webex Contact Center", "cxone": "## NICE CXone Mpower"}


def part(vendor: str) -> str:
    return SEEDS.partition(VENDORS[vendor])[2].partition("\n## ")[0]


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


NAMES = {
    "webexcc": (
        *(each for each in webex.SECTIONS if each != "generate"),
        *(_camel(each) for each in of_webex.Quirks.__dataclass_fields__),
    ),
    "cxone": (
        *(each for each in cxone.SECTIONS if each != "generate"),
        *cxone.ROLE_FIELDS,
        *cxone.EMPLOYEE_FIELDS,
        *(_camel(each) for each in of_cxone.Quirks.__dataclass_fields__),
        *of_cxone.ROLE_PAGES,
        *of_cxone.WRITTEN_ROLES,
    ),
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_everything_that_a_seed_can_say_is_on_its_page(vendor: str) -> None:
    assert [name for name in NAMES[vendor] if f"`{name}" not in part(vendor)] == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_seed_that_is_shown_makes_a_tenant(vendor: str, terminal: Terminal) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", part(vendor), re.DOTALL)
    (terminal.root / "seed.yaml").write_text(shown, "utf-8")
    (terminal.root / "reconciler.yaml").write_text(
        f"apiVersion: reconciler/v1\nkind: Project\ntenants:\n  test:\n    vendor: {vendor}\n"
        '    manifests: ["access/*.yaml"]\n    sandbox: {seed: seed.yaml}\n',
        "utf-8",
    )
    said = terminal("import", "--all")
    assert said.code == 0, said.err
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_every_fault_and_every_field_is_on_the_page_of_faults() -> None:
    known = (*faults.KINDS, *(each for each in faults.FIELDS if each != "fault"))
    assert [name for name in known if f"`{name}`" not in FAULTS] == []


def test_the_faults_that_are_shown_can_be_read() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", FAULTS, re.DOTALL)
    rows: Any = YAML(typ="safe", pure=True).load(shown)
    assert len(faults.faults(rows)) == 3
