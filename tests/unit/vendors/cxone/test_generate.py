"""Generated CXone tenants: reproducible, valid, and as their manifests say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.generated import seed_text
from reconciler.vendors.cxone.sandbox.generate import Size, expanded, generated
from reconciler.vendors.cxone.sandbox.tenant import CxoneSandbox
from tests.workshop import Terminal

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  made:
    vendor: cxone
    manifests: ["access/*.yaml"]
    sandbox: {seed: seed.yaml}
"""


def read(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize(
    ("objects", "roles", "employees"), [(3, 1, 2), (100, 5, 95), (100_000, 5_000, 95_000)]
)
def test_one_object_in_twenty_is_a_role(objects: int, roles: int, employees: int) -> None:
    assert (Size(objects).roles, Size(objects).employees) == (roles, employees)


def test_the_same_numbers_make_the_same_tenant_and_others_another() -> None:
    one, again, other = (generated(Size(300, number)) for number in (1, 1, 2))
    assert seed_text(one.seed()) == seed_text(again.seed())
    assert list(one.manifests()) == list(again.manifests())
    assert list(one.manifests()) != list(other.manifests())
    assert one.short["organization"] != other.short["organization"]


def test_the_text_of_a_seed_means_the_seed_and_its_short_form_stands_for_it() -> None:
    made = generated(Size(120, 7))
    assert read(seed_text(made.seed())) == made.seed()
    assert expanded(read(seed_text(made.short))["generate"]) == made.seed()


@pytest.mark.parametrize(
    "section", [5, {}, {"objects": 2}, {"objects": "9"}, {"objects": True}, {"objects": 9, "x": 1}]
)
def test_what_cannot_be_generated_is_a_wrong_seed(tmp_path: Path, section: Any) -> None:
    seed = dict(generated(Size(9)).short) | {"generate": section}
    with pytest.raises(SandboxError, match="generate: "):
        CxoneSandbox(tmp_path / "t.db", seed)


@pytest.mark.parametrize(("objects", "number"), [(3, 1), (60, 2), (250, 1)])
def test_a_plan_of_its_manifests_finds_nothing_to_change(
    terminal: Terminal, objects: int, number: int
) -> None:
    made = ("--vendor", "cxone", "--objects", str(objects), "--seed", str(number))
    said = terminal("sandbox", "seed", *made, "-o", "seed.yaml", "--manifests", "access")
    assert (said.code, said.out) == (0, "")
    (terminal.root / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
    planned = terminal("plan", "--format", "json")
    assert planned.code == 0, planned.out + planned.err
    summary = {key: count for key, count in planned.json["summary"].items() if count}
    assert summary == {"adopt": objects}
    assert terminal("apply", "--auto-approve").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_a_large_tenant_is_a_short_seed_that_is_made_when_it_is_used(terminal: Terminal) -> None:
    said = terminal("sandbox", "seed", "--vendor", "cxone", "--objects", "6000")
    assert read(said.out)["generate"] == {"objects": 6000, "seed": 1}
    text = said.out.replace("6000", "400")
    (terminal.root / "seed.yaml").write_text(text, encoding="utf-8")
    (terminal.root / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
    (terminal.root / "access").mkdir()
    assert terminal("import", "--all").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0
