"""What a project decides about rules: severities, and suppressions with an end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.workshop import COLLECTION, PROJECT, SEED, Terminal

TOO_SMALL = COLLECTION.replace("[Billing EN]", "[]")
BY_ADDRESS = (
    "rules:\n  WCC129:\n    suppress:\n"
    "      - {address: ADDRESS, reason: emptied until the move, until: UNTIL}\n"
)
TODAY = datetime.now(UTC).date()


def project(terminal: Terminal, rules: str, manifests: str = TOO_SMALL) -> None:
    (terminal.root / "access").mkdir(exist_ok=True)
    (terminal.root / "access" / "all.yaml").write_text(manifests, encoding="utf-8")
    (terminal.root / "seed.yaml").write_text(SEED, encoding="utf-8")
    (terminal.root / "reconciler.yaml").write_text(PROJECT + rules, encoding="utf-8")


def suppression(address: str = "ResourceCollection/billing", days: int = 30) -> str:
    until = (TODAY + timedelta(days=days)).isoformat()
    return BY_ADDRESS.replace("ADDRESS", address).replace("UNTIL", until)


def codes(terminal: Terminal, *command: str) -> list[str]:
    return [each["code"] for each in terminal(*command, "--format", "json").json["diagnostics"]]


def test_a_suppressed_finding_stops_nothing_and_is_not_lost(terminal: Terminal) -> None:
    project(terminal, "")
    assert codes(terminal, "validate") == ["WCC129"]
    project(terminal, suppression())
    said = terminal("validate")
    assert said.code == 0
    assert "1 suppressed" in said.out
    (kept,) = terminal("validate", "--format", "json").json["suppressed"]
    assert kept["code"] == "WCC129"
    assert kept["suppressed"].startswith("emptied until the move (until ")
    (run,) = terminal("validate", "--format", "sarif").json["runs"]
    ((suppression_of_it,),) = [each["suppressions"] for each in run["results"]]
    assert suppression_of_it["kind"] == "external"
    assert "<failure" not in terminal("validate", "--format", "junit").out
    assert terminal("validate", "--format", "github").out == ""
    plan = terminal("plan", "--format", "json").json
    assert [each["code"] for each in plan["suppressed"]] == ["WCC129"]
    assert "1 suppressed" in terminal("plan").out


def test_the_last_day_is_included_and_the_next_is_not(terminal: Terminal) -> None:
    project(terminal, suppression(days=1))
    assert terminal("validate").code == 0
    project(terminal, suppression(days=-2))
    said = terminal("validate")
    assert said.code == 1
    assert "warning[PRJ143]: this suppression of WCC129 ended on" in said.out
    assert "reconciler.yaml:11:19" in said.out


def test_a_suppression_that_nothing_needs_is_reported(terminal: Terminal) -> None:
    project(terminal, suppression("ResourceCollection/other"), COLLECTION)
    said = terminal("validate")
    assert said.code == 0
    assert "warning[PRJ144]: nothing is suppressed here: WCC129 finds nothing there" in said.out
    assert "PRJ144" in [f["code"] for f in terminal("plan", "--format", "json").json["findings"]]


@pytest.mark.parametrize(
    ("rules", "code", "words"),
    [
        ("rules: {WCC192: off}\n", "PRJ140", "did you mean `WCC1"),
        ("rules: {WCC129: warning}\n", "PRJ141", "enforced by the tenant"),
        ("rules: {WCC129: {severity: off}}\n", "PRJ141", "cannot be `off`"),
        (suppression("billing"), "PRJ142", "is not a valid address"),
        (BY_ADDRESS.replace("UNTIL", "soon"), "PRJ142", "`soon` is not a valid date"),
        ("rules: {WCC129: none}\n", "PRJ102", "rules"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(
    terminal: Terminal, rules: str, code: str, words: str
) -> None:
    project(terminal, rules.replace("ADDRESS", "ResourceCollection/billing"))
    said = terminal("validate")
    assert said.code == 1
    assert f"error[{code}]" in said.err
    assert words in said.err


def test_a_planned_rule_may_be_named_ahead(terminal: Terminal) -> None:
    project(terminal, "rules: {GEN104: info}\n", COLLECTION)
    said = terminal("validate")
    assert said.code == 0
    assert "warning[PRJ145]: nothing checks GEN104" in said.out
    assert "PRJ145" in terminal("plan").out


def test_drift_notes_what_does_nothing_beside_its_result(terminal: Terminal) -> None:
    project(terminal, "rules: {GEN104: info}\n", COLLECTION)
    said = terminal("drift")
    assert "warning[PRJ145]" in said.err
    assert "PRJ145" not in said.out
    assert codes(terminal, "drift") == ["PRJ145"]


def test_what_only_the_tenant_shows_is_not_called_needless_without_it(terminal: Terminal) -> None:
    rules = suppression().replace("WCC129", "WCC130")
    project(terminal, rules, COLLECTION)
    assert codes(terminal, "validate") == []
    assert "PRJ144" in [f["code"] for f in terminal("plan", "--format", "json").json["findings"]]


def test_manifests_that_cannot_be_read_make_no_suppression_needless(terminal: Terminal) -> None:
    project(terminal, suppression(), COLLECTION.replace("kind: ResourceCollection", "kind: ["))
    assert codes(terminal, "validate") == ["YML101"]


def test_an_expired_suppression_tells_since_when(terminal: Terminal) -> None:
    project(terminal, suppression(days=-12))
    assert "12 days ago" in terminal("validate").out


def test_the_policy_binds_a_saved_plan(terminal: Terminal) -> None:
    project(terminal, "", COLLECTION)
    assert terminal("plan", "--out", "a.plan").code == 0
    project(terminal, "rules: {GEN104: info}\n", COLLECTION)
    said = terminal("apply", "a.plan")
    assert (said.code, "edited in reconciler.yaml" in said.err) == (1, True)
