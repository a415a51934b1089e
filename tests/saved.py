"""Real saved plans of both vendors, each over a sandbox that can be copied, and edits of them."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from reconciler.model.guard import Allowance
from reconciler.model.plan import Plan, dump
from tests.workshop import COLLECTION, PROFILE, SEED, USER, Workshop

Document = Any
Place = tuple[str | int, ...]

SHARED = COLLECTION.replace("billing", "shared").replace("Billing\n", "Shared\n")
AUDITOR = """\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: auditor}
spec:
  name: Auditor
  profileType: supervisor
  permissions: {queue: view}
  resources: {collections: [billing, shared], default: billing}
"""
OLD = PROFILE.replace("name: lead", "name: old").replace("Billing lead", "Old")
FOUND = PROFILE.replace("name: lead", "name: supervisors").replace("Billing lead", "By hand")
KIM = USER.replace("sam@", "kim@").replace("userProfile: lead", "userProfile: auditor")
MADE = """\
  - {name: By hand, type: supervisor, permissions: {queue: view}, resources: all}
"""

CX_SEED = {
    "organization": {"id": "0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30"},
    "roles": [
        {"name": "Agent", "permissions": {"acd": {"agent": ["view"]}}},
        {"name": "Root", "permissions": {"admin": {"role-management": ["view", "edit", "create"]}}},
        {"name": "Beta", "permissions": {"wfm": {"forms": ["view"]}}},
    ],
    "employees": [
        {"email": "root@x.example", "primaryRole": "Root"},
        {"email": "ann@x.example", "primaryRole": "Agent", "secondaryRoles": ["Beta"]},
        {"email": "bob@x.example", "primaryRole": "Agent"},
        {"email": "cyd@x.example", "primaryRole": "Beta"},
    ],
    "identities": [{"email": "root@x.example"}],
}
CX_FIRST = """\
---
apiVersion: cxone/v1
kind: Role
metadata: {name: beta}
spec: {name: Beta, status: active, permissions: {wfm: {forms: [view]}}}
---
apiVersion: cxone/v1
kind: Role
metadata: {name: gone}
spec: {name: Gone, status: active, permissions: {qm: {forms: [view]}}}
---
apiVersion: cxone/v1
kind: Employee
metadata: {name: ann@x.example}
spec: {active: true, primaryRole: agent, secondaryRoles: [beta]}
---
apiVersion: cxone/v1
kind: Employee
metadata: {name: cyd@x.example}
spec: {active: true, primaryRole: beta}
""".replace("agent", "Agent")
CX_THEN = """\
---
apiVersion: cxone/v1
kind: Role
metadata: {name: beta}
spec: {name: Beta, status: active, description: "new", permissions: {wfm: {forms: [view, edit]}}}
---
apiVersion: cxone/v1
kind: Role
metadata: {name: gamma}
spec: {name: Gamma, status: active, permissions: {qm: {forms: [view]}}}
---
apiVersion: cxone/v1
kind: Employee
metadata: {name: ann@x.example}
spec: {active: true, primaryRole: gamma, secondaryRoles: [beta, Agent]}
---
apiVersion: cxone/v1
kind: Employee
metadata: {name: bob@x.example}
spec: {active: true, primaryRole: beta}
"""
CX_ALLOWED = Allowance(destroy=1, people=4, lockout=True)


@dataclass(frozen=True)
class Saved:
    """A plan as its file has it, over a project whose tenant is as the plan was made from."""

    root: Path
    plan: Plan
    document: Document
    allow: Allowance

    def copied(self, folder: Path) -> Workshop:
        """The project and its tenant once more, in another folder."""
        shutil.copytree(self.root, folder, dirs_exist_ok=True)
        return Workshop(folder)


def _saved(here: Workshop, plan: Plan, allow: Allowance) -> Saved:
    assert not plan.errored, plan.findings
    return Saved(here.root, plan, json.loads(dump(plan)), allow)


def webexcc(root: Path) -> Saved:
    """Creates, an update, a deletion, an adoption, a rename's record and somebody forgotten."""
    here = _begun(root)
    here.manifests(
        COLLECTION.replace("[Billing EN]", "[Billing EN, Sales EN]"),
        SHARED,
        PROFILE.replace("queue: edit", "queue: view"),
        AUDITOR,
        FOUND,
        KIM,
    )
    return _saved(here, here.plan(), Allowance())


def _begun(root: Path) -> Workshop:
    here = Workshop(root)
    here.write("seed.yaml", SEED.replace("users:\n", f"{MADE}users:\n"))
    here.manifests(COLLECTION, PROFILE, OLD, USER)
    here.planned_and_applied()
    return here


def webexcc_blocked(root: Path) -> Saved:
    """A plan that a guard stops, and that is applied with an override."""
    here = _begun(root)
    project = (root / "reconciler.yaml").read_text("utf-8")
    here.write("reconciler.yaml", f"{project}thresholds: {{destroy: 0}}\n")
    here.manifests(COLLECTION, PROFILE, USER)
    return _saved(here, here.plan(), Allowance(destroy=1))


def webexcc_revert(root: Path) -> Saved:
    """What takes drift back of a profile and a collection."""
    here = _begun(root)
    here.act("edit-profile", profile="Billing lead", queue="none")
    here.act("edit-collection", collection="Billing", queue="Sales EN")
    found = here.drift()
    assert found.revert is not None
    return _saved(here, found.revert, Allowance())


def cxone(root: Path, *, assumed: bool = True) -> Saved:
    """Roles and employees, by calls or by hand."""
    here = _cx_begun(root, assumed=assumed)
    here.manifests(CX_THEN)
    return _saved(here, here.plan(allow=CX_ALLOWED), CX_ALLOWED)


def _cx_begun(root: Path, *, assumed: bool) -> Workshop:
    calls = ["A1", "A2"]
    (root / "seed.yaml").write_text(json.dumps({**CX_SEED, "assumed": calls}), "utf-8")
    tenant = {
        "vendor": "cxone",
        "manifests": ["access/*.yaml"],
        "sandbox": {"seed": "seed.yaml"},
        "assumed": calls,
        "facts": {"acdApplications": [], "digitalApplications": []},
    }

    def project(assumed: list[str]) -> str:
        tenants = {"test": {**tenant, "assumed": assumed}}
        return json.dumps({"apiVersion": "reconciler/v1", "kind": "Project", "tenants": tenants})

    (root / "reconciler.yaml").write_text(project(calls), "utf-8")
    here = Workshop(root)
    here.manifests(CX_FIRST)
    plan = here.plan(allow=CX_ALLOWED)
    assert not plan.errored, plan.findings
    here.apply(plan, allow=CX_ALLOWED)
    here.write("reconciler.yaml", project(calls if assumed else []))
    return here


def cxone_by_hand(root: Path) -> Saved:
    """The same where no call changes roles."""
    return cxone(root, assumed=False)


def cxone_revert(root: Path) -> Saved:
    """What takes drift back of a role and an employee."""
    here = _cx_begun(root, assumed=True)
    here.act("edit-role", role="Beta", grant="wfm/forms/edit")
    here.act("edit-employee", employee="ann@x.example", secondary="")
    found = here.drift()
    assert found.revert is not None
    return _saved(here, found.revert, CX_ALLOWED)


PLANS: tuple[Callable[[Path], Saved], ...] = (
    webexcc,
    webexcc_blocked,
    webexcc_revert,
    cxone,
    cxone_by_hand,
    cxone_revert,
)


def places(document: Document, at: Place = ()) -> Iterator[Place]:
    """Every place in a JSON document but its root."""
    inner: Any = ()
    if isinstance(document, dict):
        inner = document.items()
    elif isinstance(document, list):
        inner = enumerate(document)
    for key, value in inner:
        yield (*at, key)
        yield from places(value, (*at, key))


def at(document: Document, place: Place) -> Document:
    """The value at a place."""
    for key in place:
        document = document[key]
    return document


def with_value(document: Document, place: Place, value: Any) -> Document:
    """The document with another value at a place."""
    made = copy.deepcopy(document)
    at(made, place[:-1])[place[-1]] = value
    return made


def without(document: Document, place: Place) -> Document:
    """The document without what is at a place."""
    made = copy.deepcopy(document)
    del at(made, place[:-1])[place[-1]]
    return made


@st.composite
def edits(draw: st.DrawFn, document: Document) -> tuple[Place, Document]:
    """A document with one edit, and where: a value changed, removed, doubled, swapped, emptied."""
    every = list(places(document))
    sections = sorted({str(each[0]) for each in every})
    section = draw(st.sampled_from(sections))
    place = draw(st.sampled_from([each for each in every if each[0] == section]))
    value = at(document, place)
    how = draw(st.sampled_from(("change", "other", "remove", "double", "swap", "empty")))
    parent = at(document, place[:-1])
    if how == "remove":
        return place, without(document, place)
    if how == "empty" and isinstance(value, (dict, list, str)):
        return place, with_value(document, place, type(value)())
    if how in {"double", "swap"} and isinstance(parent, list):
        items = copy.deepcopy(parent)
        other = draw(st.integers(0, len(items) - 1))
        here = place[-1]
        assert isinstance(here, int)
        if how == "double":
            items.insert(other, copy.deepcopy(items[here]))
        else:
            items[here], items[other] = items[other], items[here]
        return place[:-1], with_value(document, place[:-1], items)
    if how == "other":  # the value of another place, such as the id of another object
        alike = [each for each in every if type(at(document, each)) is type(value)]
        return place, with_value(document, place, copy.deepcopy(at(document, draw(names(alike)))))
    return place, with_value(document, place, draw(_another(value)))


names = st.sampled_from


def _another(value: Any) -> st.SearchStrategy[Any]:
    """A value of the same type, or of another one."""
    scalars = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.text(max_size=3))
    if isinstance(value, bool):
        return st.just(not value)
    if isinstance(value, int):
        return st.integers(0, 50)
    if isinstance(value, str):
        return st.one_of(st.just(f"{value}x"), st.just(value[1:]), scalars)
    return scalars
