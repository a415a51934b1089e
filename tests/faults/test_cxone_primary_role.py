"""A primary role is written by its internal name, and verified by its id before anything else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.http.tokens import FixedToken
from reconciler.model.guard import Allowance
from tests.virtual import VirtualPacing
from tests.workshop import Terminal, Workshop

PEOPLE = tuple(f"p{n}@x.example" for n in range(6))
ALLOWED = Allowance(people=100, destroy=100)
ROLES = [
    {"name": "Agent", "roleName": "Employee", "permissions": {"acd": {"agent": ["view"]}}},
    {"name": "Root", "permissions": {"admin": {"role-management": ["view", "edit"]}}},
    {"name": "Former"},
    {"name": "Spare"},
]


DECOY = {"name": "Employee", "permissions": {"admin": {"users": ["view"]}}}
"""A role that is shown as another one is called internally."""


def seed(**quirks: Any) -> str:
    shown = quirks.get("writtenRole") == "displayName"
    people = [{"email": each, "primaryRole": "Former"} for each in PEOPLE]
    return json.dumps(
        {
            "organization": {"id": "0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30"},
            "roles": [DECOY, *ROLES] if shown else ROLES,
            "employees": [
                {"email": "root@x.example", "primaryRole": "Root"},
                *people,
                {"email": "off@x.example", "primaryRole": "Former", "active": False},
            ],
            "identities": [{"email": "root@x.example"}],
            "quirks": quirks,
        }
    )


def person(email: str, **spec: Any) -> str:
    return "---\n" + json.dumps(
        {
            "apiVersion": "cxone/v1",
            "kind": "Employee",
            "metadata": {"name": email},
            "spec": spec,
        }
    ) + "\n"  # fmt: skip


def here(root: Path, **quirks: Any) -> Workshop:
    (root / "seed.yaml").write_text(seed(**quirks), "utf-8")
    (root / "reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Project\ntenants:\n  test:\n    vendor: cxone\n"
        '    manifests: ["access/*.yaml"]\n    sandbox: {seed: seed.yaml}\n',
        "utf-8",
    )
    return Workshop(root)


def wrote(found: Workshop) -> list[tuple[str, str]]:
    return [each for each in found.writes() if not each[1].endswith("/search")]


@pytest.mark.parametrize("quirk", ["name", "nameOrId"])
def test_the_role_that_is_shown_as_agent_is_given_by_its_internal_name(
    tmp_path: Path, quirk: str
) -> None:
    work = here(tmp_path, writtenRole=quirk)
    work.manifests(
        *(person(each, primaryRole="Agent", secondaryRoles=["Spare"]) for each in PEOPLE),
        person("off@x.example", active=True, primaryRole="Agent"),
    )
    (ledger,) = work.apply(work.plan(allow=ALLOWED), allow=ALLOWED)
    assert ledger.outcome == "done", ledger.failed
    agent = next(each for each in work.rows("role") if each["displayName"] == "Agent")
    given = [each for each in work.rows("user") if each["userName"] != "root@x.example"]
    assert {each["roleUUID"] for each in given} == {agent["id"]}
    assert {each["role"] for each in given} == {"Employee"}
    assert not work.plan().differs


@pytest.mark.parametrize(
    ("quirks", "gave"),
    [({"writtenRole": "displayName"}, "Employee"), ({"ignoresRole": True}, "Former")],
)
@pytest.mark.parametrize("parallelism", [1, 8])
def test_another_role_than_was_written_stops_everything(
    tmp_path: Path, parallelism: int, quirks: dict[str, Any], gave: str
) -> None:
    work = here(tmp_path, **quirks)
    work.parallelism = parallelism
    work.kept["test"] = (VirtualPacing(), FixedToken(work.token()))
    work.manifests(*(person(each, primaryRole="Agent") for each in PEOPLE))
    plan = work.plan(allow=ALLOWED)
    work.writes()
    (ledger,) = work.apply(plan, allow=ALLOWED)
    assert ledger.outcome == "partial"
    (failed,) = ledger.failed
    assert failed.code == "TEN170"
    assert "`Agent`" in failed.message
    assert f"`{gave}`" in failed.message
    assert len(wrote(work)) == 1
    assert len(ledger.not_started) == len(PEOPLE) - 1
    # nothing is recorded as ours, and the next plan shows all of it
    assert len(work.plan().changes) == len(PEOPLE)


def test_who_got_another_role_is_not_reactivated(tmp_path: Path) -> None:
    work = here(tmp_path, writtenRole="displayName")
    work.manifests(person("off@x.example", active=True, primaryRole="Agent"))
    (ledger,) = work.apply(work.plan(allow=ALLOWED), allow=ALLOWED)
    assert [each.code for each in ledger.failed] == ["TEN170"]
    off = next(each for each in work.rows("user") if each["userName"] == "off@x.example")
    assert off["status"] == "DELETED"


def test_other_roles_are_changed_with_the_primary_role_as_it_is(tmp_path: Path) -> None:
    """The whole record is written, `role` too: it has to stay what it is."""
    work = here(tmp_path)
    work.manifests(person(PEOPLE[0], primaryRole="Agent"))
    work.apply(work.plan(allow=ALLOWED), allow=ALLOWED)
    work.manifests(person(PEOPLE[0], secondaryRoles=["Spare"]))
    (ledger,) = work.apply(work.plan(allow=ALLOWED), allow=ALLOWED)
    assert ledger.outcome == "done", ledger.failed
    (agent,) = (each for each in work.rows("role") if each["displayName"] == "Agent")
    found = next(each for each in work.rows("user") if each["userName"] == PEOPLE[0])
    assert (found["role"], found["roleUUID"]) == ("Employee", agent["id"])
    assert len(found["secondaryRoleIds"]) == 1


def test_what_is_refused_by_name_is_no_wrong_role(tmp_path: Path) -> None:
    """A tenant that takes shown names refuses `Employee` where no role is shown so."""
    work = here(tmp_path, writtenRole="displayName")
    text = (tmp_path / "seed.yaml").read_text("utf-8").replace('"name": "Employee"', '"name": "E"')
    (tmp_path / "seed.yaml").write_text(text, "utf-8")
    work.manifests(*(person(each, primaryRole="Agent") for each in PEOPLE[:2]))
    (ledger,) = work.apply(work.plan(allow=ALLOWED), allow=ALLOWED)
    assert ledger.outcome == "partial"
    assert {each.code for each in ledger.failed} == {"TEN100"}
    assert len(ledger.failed) == 2


def test_the_ledger_tells_it(tmp_path: Path, terminal: Terminal) -> None:
    work = here(tmp_path, writtenRole="displayName")
    work.manifests(*(person(each, primaryRole="Agent") for each in PEOPLE))
    said = terminal("apply", "--auto-approve", "--allow", "people=6", "--parallelism", "1")
    assert said.code == 1
    assert "TEN170" in said.out
    assert "not started  5" in said.out
    assert "nothing further was written" in said.out
