"""A tenant as a file: what is in it, what is not, and what can be done with it alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.manifests.export import snapshot_schema
from reconciler.sandbox.store import Store
from tests.workshop import COLLECTION, PROFILE, PROJECT, USER, Terminal, Workshop

PERSONAL = {"firstName": "Samantha", "lastName": "Quill", "workPhone": "+49 30 5550199"}

NO_NETWORK = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  real:
    vendor: webexcc
    manifests: ["access/*.yaml"]
    organization: 5c0f1f0e-2f4c-4f0e-9a53-0a4f0c9b7d10
    region: eu1
    credentials: {env: WEBEX_TOKEN}
"""


@pytest.fixture
def here(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path)
    made.manifests(COLLECTION, PROFILE, USER)
    return made


def taken(terminal: Terminal, name: str) -> bytes:
    assert terminal("snapshot", "--out", name).code == 0
    return (terminal.root / name).read_bytes()


def test_the_same_tenant_gives_the_same_bytes(here: Workshop, terminal: Terminal) -> None:
    first = taken(terminal, "a.json")
    assert taken(terminal, "b.json") == first
    assert terminal("snapshot").out.encode() == first
    assert (terminal.root / "a.json").stat().st_mode & 0o077 == 0
    here.act("move-user", user="kim@northwind.example", teams="Sales Lisbon")
    assert taken(terminal, "a.json") != first


def test_it_is_as_its_schema_says(here: Workshop, terminal: Terminal) -> None:
    document = json.loads(taken(terminal, "a.json"))
    validator = Draft202012Validator(snapshot_schema())
    validator.validate(document)
    assert not validator.is_valid(document | {"format_version": "3.0"})
    assert not validator.is_valid(document | {"objects": []})
    assert {each["name"] for each in document["objects"]["webexcc/User"]} >= {
        "sam@northwind.example"
    }
    assert here.calls == []  # the terminal has a sandbox of its own


def test_no_personal_data_enters(here: Workshop, terminal: Terminal) -> None:
    terminal("snapshot")
    store = Store(terminal.root / ".reconciler" / "sandbox" / "test.db")
    for row in store.rows("user"):
        store.put("user", row | PERSONAL, row["email"])
    for row in store.rows("team"):
        store.put("team", row | {"supervisorName": "Samantha"}, row["name"])
    store.close()
    document = taken(terminal, "a.json").decode()
    assert "sam@northwind.example" in document
    for value in PERSONAL.values():
        assert value not in document
    assert here.root == terminal.root


def test_a_plan_of_it_is_the_plan_of_the_tenant(here: Workshop, terminal: Terminal) -> None:
    taken(terminal, "a.json")
    live = terminal("plan", "--format", "json").json
    offline = terminal("plan", "--snapshot", "a.json", "--format", "json").json
    assert live["changes"]
    for part in ("changes", "steps", "findings", "summary", "blast_radius", "basis", "outcome"):
        assert offline[part] == live[part], part
    assert offline["tenants"][0]["requests"] == 0
    assert here.calls == []


def test_neither_network_nor_credentials_are_needed(here: Workshop, terminal: Terminal) -> None:
    taken(terminal, "a.json")
    here.write("reconciler.yaml", NO_NETWORK)
    said = terminal("plan", "--snapshot", "a.json")
    assert said.code == 0
    assert "Plan: 2 to add" in said.out
    assert "Made from the snapshot a.json; the tenant was not asked." in said.err
    assert terminal("plan").code == 1  # there is no token
    assert terminal("validate", "--snapshot", "a.json").code == 0


def test_validate_checks_against_what_is_there(here: Workshop, terminal: Terminal) -> None:
    taken(terminal, "a.json")
    here.manifests(COLLECTION.replace("Billing EN", "Bilking EN"), PROFILE, USER)
    assert terminal("validate").code == 0
    said = terminal("validate", "--snapshot", "a.json")
    assert said.code == 1
    assert "Billing EN" in said.out
    assert "access/all.yaml:7" in said.out


def test_two_of_them_are_compared(here: Workshop, terminal: Terminal) -> None:
    taken(terminal, "a.json")
    terminal("sandbox", "act", "edit-profile", "profile=Supervisor Profile", "queue=edit")
    terminal(
        "sandbox", "act", "create-profile", "name=By hand", "type=supervisor", "collections=all"
    )
    terminal("sandbox", "act", "create-queue", "name=Lounge")
    taken(terminal, "b.json")
    said = terminal("snapshot", "diff", "a.json", "b.json", "--detailed-exitcode")
    assert said.code == 2
    assert "+ UserProfile `By hand` is new" in said.out
    assert "+ queue `Lounge` is new" in said.out
    back = terminal("snapshot", "diff", "b.json", "a.json", "--format", "json")
    assert back.code == 0
    assert {(each["name"], each["change"]) for each in back.json["differences"]} >= {
        ("By hand", "removed"),
        ("Lounge", "removed"),
    }
    same = terminal("snapshot", "diff", "a.json", "a.json", "--detailed-exitcode")
    assert (same.code, same.out) == (
        0,
        "No differences. The snapshots show the same tenant.\n",
    )
    assert here.calls == []


def of_format_1(document: dict[str, Any]) -> dict[str, Any]:
    """A snapshot as earlier versions wrote it: of one vendor, kinds without a group."""
    (group,), (who,) = document["groups"], document["identities"].values()
    old = {"format_version": "1.0", "vendor": group, "organization": document["organization"]}
    old["identity"] = who | {"rights_kind": who["rights_kind"].partition("/")[2]}
    for part in ("objects", "inventory", "partial"):
        old[part] = {key.partition("/")[2]: each for key, each in document[part].items()}
    return old


def test_one_of_the_format_before_is_read_as_today(here: Workshop, terminal: Terminal) -> None:
    document = json.loads(taken(terminal, "a.json"))
    here.write("old.json", json.dumps(of_format_1(document)))
    same = terminal("snapshot", "diff", "old.json", "a.json")
    assert (same.code, same.out.split(".")[0]) == (0, "No differences")
    plans = [
        terminal("plan", "--snapshot", each, "--format", "json").out
        for each in ("old.json", "a.json")
    ]
    assert plans[0] == plans[1]
    assert json.loads(plans[0])["outcome"] != "error"


EMPTY = json.dumps(
    {
        "format_version": "2.0",
        "groups": ["webexcc"],
        "organization": "o",
        "identities": {},
        "objects": {},
        "inventory": {},
    }
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not a snapshot"),
        ("[" * 100_000, "is not a snapshot"),
        ('{"format_version": "9"}', "has format 9"),
        ('{"format_version": "1.0", "vendor": 3}', "is not whole: vendor"),
        ('{"format_version": "1.0", "vendor": "x", "objects": 5}', "is not whole: organization"),
        (f'{EMPTY[:-1]}, "partial": {{"User": "x"}}}}', "`User` is not `group/Kind`"),
    ],
)
def test_what_is_no_snapshot_is_refused(terminal: Terminal, text: str, words: str) -> None:
    Workshop(terminal.root).manifests(COLLECTION)
    (terminal.root / "bad.json").write_text(text, encoding="utf-8")
    said = terminal("plan", "--snapshot", "bad.json")
    assert said.code == 1
    assert "error[RUN170]" in said.err
    assert words in said.err
    if text:  # and it is not written over
        assert terminal("snapshot", "--out", "bad.json").code == 1
        assert (terminal.root / "bad.json").read_text(encoding="utf-8") == text


def test_what_does_not_fit_is_refused(here: Workshop, terminal: Terminal) -> None:
    document = json.loads(taken(terminal, "a.json"))
    missing = terminal("plan", "--snapshot", "missing.json")
    assert "error[RUN171]" in missing.err
    assert "error[RUN173]" in terminal("plan", "--snapshot", "a.json", "--out", "p").err
    assert "error[RUN173]" in terminal("validate", "access", "--snapshot", "a.json").err
    document["organization"] = "00000000-2f4c-4f0e-9a53-0a4f0c9b7d10"
    here.write("other.json", json.dumps(document))
    assert "error[RUN172]" in terminal("snapshot", "diff", "a.json", "other.json").err
    here.write("reconciler.yaml", NO_NETWORK)
    assert "error[RUN172]" in terminal("plan", "--snapshot", "other.json").err
    two = PROJECT + PROJECT.split("tenants:\n")[1].replace("test:", "more:")
    here.write("reconciler.yaml", two)
    assert "hint" not in terminal("snapshot").out
    assert "error[RUN172]" in terminal("snapshot").err
    assert "say which one" in terminal("plan", "--snapshot", "a.json").err
    assert terminal("plan", "--snapshot", "a.json", "--tenant", "more").code == 0


@pytest.mark.parametrize("organization", ["00000000-2f4c-4f0e-9a53-0a4f0c9b7d10", "", "unknown"])
@pytest.mark.parametrize("seeded", [True, False])
def test_a_snapshot_of_an_unknown_organization_is_refused(
    here: Workshop, terminal: Terminal, organization: str, seeded: bool
) -> None:
    document = json.loads(taken(terminal, "a.json"))
    here.write("other.json", json.dumps(document | {"organization": organization}))
    if not seeded:
        shutil.rmtree(here.root / ".reconciler")
    before = sorted(here.root.rglob("*"))
    for command in ("plan", "validate"):
        for tenant in ((), ("--tenant", "test")):
            said = terminal(command, "--snapshot", "other.json", *tenant)
            assert (said.code, "error[RUN172]" in said.err) == (1, True), said
            assert terminal(command, "--snapshot", "a.json", *tenant).code == 0
    assert seeded or sorted(here.root.rglob("*")) == before


def test_rules_tell_what_they_find_in_it(here: Workshop, terminal: Terminal) -> None:
    here.manifests(COLLECTION, PROFILE.replace("call-monitoring: edit", "barge-in: enabled"), USER)
    taken(terminal, "a.json")
    before = len(here.calls)
    rows = terminal("rules", "list", "--snapshot", "a.json", "--format", "json").json
    counts = {each["code"]: each["findings"] for each in rows}
    assert counts["WCC112"] == 1
    assert counts["WCC128"] == 0
    said = terminal("rules", "list", "--snapshot", "a.json").out
    assert "WCC112 error [1 finding]" in said
    assert "WCC128 error [nothing found]" in said
    said = terminal("rules", "explain", "WCC112", "--snapshot", "a.json").out
    assert "It finds 1 in this project and the tenant of the snapshot:" in said
    assert "access/all.yaml:" in said
    assert "It finds nothing" in terminal("rules", "explain", "WCC128", "--snapshot", "a.json").out
    told = terminal("rules", "explain", "WCC112", "--snapshot", "a.json", "--format", "json").json
    assert [each["address"] for each in told["findings"]] == ["test/webexcc/UserProfile/lead"]
    assert "findings" not in terminal("rules", "explain", "WCC112", "--format", "json").json
    assert len(here.calls) == before


def test_rules_need_no_credentials_for_it(here: Workshop, terminal: Terminal) -> None:
    taken(terminal, "a.json")
    here.write("reconciler.yaml", NO_NETWORK)
    assert terminal("rules", "list", "--snapshot", "a.json").code == 0
