"""`rules list` and `rules explain`: what each documented rule says, built or planned."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from reconciler.contract.discover import discover
from reconciler.rules.planned import planned
from tests.shared import shared
from tests.workshop import Terminal

BUILT = {rule.code: rule for vendor in discover().values() for rule in vendor.rules}


def test_every_rule_of_the_rulebook_is_listed_once(terminal: Terminal) -> None:
    book = YAML(typ="safe", pure=True).load(shared("rulebook.yaml"))
    expected = {each["code"]: (each["level"], sorted(each["where"])) for each in book["rules"]}
    rows = terminal("rules", "list", "--format", "json").json
    listed = {row["code"]: (row["severity"], row["where"]) for row in rows}
    assert len(listed) == len(rows)
    assert expected.items() <= listed.items()
    beyond = listed.keys() - expected.keys()
    assert all(BUILT[code].source.startswith(("OpenAPI", "API")) for code in beyond)
    assert {row["status"] for row in rows} == {"built", "kept", "planned"}
    assert all({"code", "system", "severity", "where", "rule", "source"} <= r.keys() for r in rows)


def test_no_rule_is_both_built_and_planned() -> None:
    assert not BUILT.keys() & {each.code for each in planned()}


def test_a_rule_that_nothing_could_break_says_why(terminal: Terminal) -> None:
    said = terminal("rules", "explain", "WCC136")
    assert "WCC136  error  webexcc  kept" in said.out
    assert "Resources are referred to and never written" in said.out
    assert "Nothing has to check it." in said.out


def test_the_list_can_be_narrowed_to_a_system(terminal: Terminal) -> None:
    said = terminal("rules", "list", "--system", "cxone")
    assert "CXR119 info [planned]" in said.out
    assert "WCC" not in said.out
    wrong = terminal("rules", "list", "--system", "webexc")
    assert (wrong.code, "did you mean `webexcc`?" in wrong.err) == (1, True)


@pytest.mark.parametrize("code", sorted(BUILT))
def test_a_built_rule_is_explained_with_its_examples(terminal: Terminal, code: str) -> None:
    said = terminal("rules", "explain", code.lower(), "-v")
    rule = BUILT[code]
    assert said.code == 0
    assert said.out.startswith(f"{code}  {rule.severity}")
    flat = " ".join(said.out.split())
    assert rule.source in flat
    for example in (rule.good, rule.bad):
        assert " ".join(example.split()) in flat


def test_a_planned_rule_says_that_nothing_checks_it(terminal: Terminal) -> None:
    said = terminal("rules", "explain", "CXR119")
    assert "planned" in said.out
    assert "Nothing checks it yet." in said.out
    assert json.loads(terminal("rules", "explain", "CXR119", "--format", "json").out)["rule"]


def test_the_codes_of_other_errors_are_explained_too(terminal: Terminal) -> None:
    assert terminal("rules", "explain", "yml102").out == "YML102  a key comes twice\n"
    said = terminal("rules", "explain", "YML10X")
    assert (said.code, "did you mean" in said.err) == (1, True)


def test_a_narrow_terminal_gets_narrow_lines(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, terminal("rules", "list").out.splitlines())) <= 40
    assert max(map(len, terminal("rules", "explain", "WCC130").out.splitlines())) <= 42


def test_the_register_is_part_of_the_package() -> None:
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert '"docs/codes.txt" = "reconciler/codes.txt"' in project


def test_a_code_that_is_nearly_one_is_offered_once(terminal: Terminal) -> None:
    said = terminal("rules", "explain", "WCC999")
    assert said.code == 1
    offered = re.findall(r"`(WCC\d+)`", said.err.splitlines()[1])
    assert offered
    assert len(offered) == len(set(offered))
