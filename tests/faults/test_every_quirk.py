"""Every quirk and fault of a sandbox: what comes is right or an error, never a wrong write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest

from reconciler.errors import ReconcilerError, TenantError
from reconciler.http.tokens import FixedToken
from reconciler.model.plan import Plan
from reconciler.sandbox.faults import KINDS as FAULTS
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from reconciler.vendors.webexcc.sandbox.quirks import SHAPES, Quirks
from tests.virtual import VirtualPacing
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

LEFT_LATER = COLLECTION.replace("billing", "sales").replace("Billing\n", "Sales\n")
LEAD = PROFILE.replace("name: Billing lead\n", "name: Billing lead\n  description: first\n")
FIRST = (COLLECTION, LEFT_LATER, LEAD, USER)
LATER = (
    COLLECTION.replace("[Billing EN]", "[Billing EN, Billing DE]"),
    LEAD.replace("queue: edit", "queue: view").replace("first", "second"),
    USER,
)

Held = Mapping[tuple[str, str], Any]
Moments = list[Held]

MOON = {"user-profile.moon": "FULL", "resource-collection.moon": "NEW"}
WORKS: Mapping[str, Any] = {
    "staleVersionRefused": True,
    "renameConflict": False,
    "analyzerKeepsSentFolders": True,
    "pageSizeCap": 1,
    "listsCarryArrays": True,
    "emptyBulkAnswer": True,
    "reorderArrays": True,
    "nestedIds": True,
    "extraFields": True,
    "unknownPermissions": ["time-travel"],
    "unknownValues": {"user.userLevelSummariesInclusion": "NA", "team.userIds": "odd"} | MOON,
    "referencedEntities": False,
    "statusMix": True,
    "refusedFields": ["user-profile.moon", "resource-collection.moon"],
}
"""Quirks in spite of which all that is wanted is done."""

AUDIT = {
    "auditOrder", "auditLag", "auditTargets", "auditPageCap", "auditArrivals", "auditCollections",
    "auditTracksRequests",
}  # fmt: skip
"""Quirks of the audit log, which no plan reads: `tests/faults/test_who_changed.py` has them."""

REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"ignoredFields": ["user-profile.description"]}, "RUN105"),
    ({"ignoredFields": ["user.userProfileId"]}, "RUN105"),
    ({"refusedFields": ["user.userProfileId"]}, "TEN100"),
    ({"settlesAfter": 3600}, "RUN105"),
    ({"unknownValues": {"user-profile.permissionAccessLevel": "SOME"}}, "TEN113"),
    ({"unknownValues": {"user-profile.resourceAccessLevel": "SOME"}}, "TEN113"),
    ({"unknownValues": {"resource-collection.resources": "odd"}}, "TEN113"),
    ({"unknownValues": {"user-profile.permissions": "odd"}}, "TEN113"),
    ({"unknownValues": {"user-profile.editableFolderIds": "odd"}}, "TEN113"),
)
"""Quirks that a tenant cannot be worked with, and the code that says so."""


@pytest.fixture
def pace(workshop: Workshop) -> VirtualPacing:
    made = VirtualPacing()
    workshop.kept["test"] = (made, FixedToken("root-token"))
    return made


def quirks(workshop: Workshop, section: Mapping[str, Any]) -> None:
    text = (workshop.root / "seed.yaml").read_text(encoding="utf-8").partition("quirks:")[0]
    workshop.write("seed.yaml", f"{text}quirks: {dict(section)!r}\n".replace("True", "true"))


def seen(workshop: Workshop) -> Held:
    """What decides on access, of every object in the tenant by kind and name."""
    found = workshop.bodies()
    named = {row["id"]: row["name"] for kind in found for row in found[kind] if "name" in row}
    everything = [(kind, row) for kind, rows in found.items() for row in rows]
    told = {
        (kind, str(row.get("name", row.get("email")))): _core(row, named)
        for kind, row in everything
    }
    assert len(told) == len(everything), "an object is there twice"
    return told


def _core(row: Mapping[str, Any], named: Mapping[str, str]) -> Any:
    return {
        "type": (row.get("profileType"), row.get("description")),
        "levels": (row.get("permissionAccessLevel"), row.get("resourceAccessLevel")),
        "permissions": sorted((e["name"], e["access"]) for e in row.get("permissions") or ()),
        "collections": sorted(named[each] for each in row.get("resourceCollections") or ()),
        "default": named.get(row.get("defaultResourceCollectionId") or ""),
        "resources": sorted(
            (e["name"], e["accessLevel"], sorted(e.get("ids") or ()))
            for e in row.get("resources") or ()
        ),
        "profile": named.get(row.get("userProfileId") or ""),
        "teams": sorted(row.get("teamIds") or ()),
        "site": row.get("siteId"),
    }


def codes(workshop: Workshop, plan: Plan) -> set[str]:
    """The codes with which an apply ends; none where it is done."""
    try:
        (ledger,) = workshop.apply(plan)
    except ReconcilerError as error:
        return {error.told.code}
    return {event.code for event in (*ledger.failed, *ledger.unsettled)}


def attempted(workshop: Workshop) -> set[str]:
    """The codes with which a plan and its apply end."""
    try:
        plan = workshop.plan()
    except ReconcilerError as error:
        return {error.told.code}
    if plan.errored:
        return {each.code for each in plan.findings if each.severity == "error"}
    return codes(workshop, plan)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Moments:
    """What a usual tenant holds: before, after the first manifests, after the later ones."""
    workshop = Workshop(tmp_path_factory.mktemp("usual"))
    workshop.manifests(COLLECTION)
    workshop.plan()
    moments = [seen(workshop)]
    for manifests in (FIRST, LATER):
        workshop.manifests(*manifests)
        workshop.planned_and_applied()
        moments.append(seen(workshop))
    return moments


def nothing_else(workshop: Workshop, *held: Held) -> None:
    """Each object is as it was at one of these moments, also where it was not there."""
    now = seen(workshop)
    for key in {*now, *(key for each in held for key in each)}:
        assert now.get(key) in [each.get(key) for each in held], key


def test_every_quirk_is_looked_at() -> None:
    listed = {*WORKS, *AUDIT, "errorShapes", *(name for section, _ in REFUSED for name in section)}
    words = [each.name.split("_") for each in fields(Quirks)]
    assert listed == {"".join([head, *map(str.capitalize, tail)]) for head, *tail in words}


@pytest.mark.parametrize("name", [*WORKS, "all of them"])
def test_a_tenant_with_a_quirk_is_brought_to_what_git_says(
    workshop: Workshop, pace: VirtualPacing, held: Moments, name: str
) -> None:
    carried = {"unknownValues": WORKS["unknownValues"]}  # what may be refused has to be there
    quirks(workshop, WORKS if name == "all of them" else {name: WORKS[name]} | carried)
    for manifests, then in ((FIRST, held[1]), (LATER, held[2])):
        workshop.manifests(*manifests)
        workshop.planned_and_applied()
        assert seen(workshop) == then
        assert workshop.plan().outcome == "no_changes"


@pytest.mark.parametrize(("section", "code"), REFUSED, ids=str)
def test_a_tenant_that_cannot_be_worked_with_is_told_as_such(
    workshop: Workshop, pace: VirtualPacing, held: Moments, section: dict[str, Any], code: str
) -> None:
    for number, manifests in enumerate((FIRST, LATER)):
        quirks(workshop, section)
        workshop.manifests(*manifests)
        ended = attempted(workshop)
        assert ended == {code} or (number and not ended), ended
        if "ignoredFields" not in section:  # which leaves an object half as it is wanted
            nothing_else(workshop, held[number], held[number + 1])
        quirks(workshop, {})
        workshop.planned_and_applied()
        assert seen(workshop) == held[number + 1]


@pytest.mark.parametrize("shape", [*SHAPES, "rotate"])
def test_a_refusal_of_any_shape_is_told(
    workshop: Workshop, pace: VirtualPacing, shape: str
) -> None:
    quirks(workshop, {"errorShapes": shape})
    workshop.manifests(*FIRST)
    plan = workshop.plan()

    def taken(method: str, _path: str) -> None:
        """Somebody else is a moment earlier."""
        if method == "POST":
            workshop.before = lambda _method, _path: None
            everything = dict.fromkeys(("site", "team", "queue", "channel"), "all")
            for name in ("Billing", "Sales"):
                workshop.act("create-collection", name=name, **everything)

    workshop.before = taken
    (ledger,) = workshop.apply(plan)
    assert [event.code for event in ledger.failed] == ["TEN105", "TEN105"]
    for failed in ledger.failed:
        assert "409" in failed.message
        assert shape in ("empty", "rotate") or "already" in failed.message


STATUSES = ("400", "401", "403", "404", "409", "412", "429", "429 retryAfter=2", "500", "503")


@pytest.mark.parametrize("kind", [*FAULTS, *STATUSES])
def test_a_plan_through_a_fault_is_the_plan_or_none(
    workshop: Workshop, pace: VirtualPacing, held: Moments, kind: str
) -> None:
    workshop.manifests(*FIRST)
    workshop.planned_and_applied()
    workshop.manifests(*LATER)
    plain = workshop.plan()
    for nth in (1, 2, 5, 12, 30):
        goes_wrong(workshop, kind, f"nth={nth}")
        try:
            plan = workshop.plan()
        except TenantError:
            continue
        if "TEN163" in {each.code for each in plan.findings}:  # an odd answer sets its object aside
            assert {each.address for each in plan.changes} <= {e.address for e in plain.changes}
            continue
        assert (plan.changes, plan.steps) == (plain.changes, plain.steps)
    assert seen(workshop) == held[1]


@pytest.mark.parametrize("when", ["before", "after", "before times=always", "after times=always"])
@pytest.mark.parametrize("kind", [*FAULTS, *STATUSES])
def test_an_apply_through_a_fault_leaves_nothing_that_is_wrong(
    workshop: Workshop, pace: VirtualPacing, held: Moments, kind: str, when: str
) -> None:
    for number, manifests in enumerate((FIRST, LATER)):
        workshop.manifests(*manifests)
        plan = workshop.plan()
        goes_wrong(workshop, kind, f'on="write *" when={when}')
        ended = codes(workshop, plan)
        workshop.around = lambda app: app
        assert ended or seen(workshop) == held[number + 1]
        nothing_else(workshop, held[number], held[number + 1])
        again = workshop.plan()
        assert not again.errored, again.findings
        assert not codes(workshop, again)
        assert seen(workshop) == held[number + 1]
        assert workshop.plan().outcome == "no_changes"


def goes_wrong(workshop: Workshop, kind: str, options: str) -> None:
    delay = " delay=1ms" if kind == "latency" else ""
    workshop.around = lambda app: faulty(app, [fault(f"{kind} {options}{delay}")])
