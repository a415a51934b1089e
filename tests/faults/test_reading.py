"""What a tenant does not let itself be asked, or answers oddly, is unknown: never empty or gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler import pipeline
from reconciler.contract.connection import AsgiApp
from reconciler.errors import TenantError
from reconciler.http.tokens import FixedToken
from reconciler.model import snapshot as snapshots
from reconciler.model.plan import Plan
from reconciler.sandbox.asgi import answer, give, hear, request_body
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from reconciler.vendors.webexcc.group import group_kind
from tests.cli.test_cxone import JANE, OLD, PERMISSIONS, ROLE
from tests.cli.test_cxone import PROJECT as CXONE_PROJECT
from tests.cli.test_cxone import SEED as CXONE_SEED
from tests.virtual import VirtualPacing
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

PASSES = (COLLECTION, PROFILE, USER)
UNUSED = {
    "address-book": "GET */v3/address-book",
    "holiday-list": "GET */v2/holiday-list",
    "skill-definition": "GET */v2/skill",
    "cad-variable": "GET */v2/cad-variable",
    "flow": "GET */flows",
    "function": "GET */functions",
}
SALES = COLLECTION.replace("name: billing", "name: sales").replace("Billing\n", "Sales\n")


@pytest.fixture(autouse=True)
def _no_time(workshop: Workshop) -> None:
    workshop.kept["test"] = (VirtualPacing(), FixedToken("root-token"))


def goes_wrong(workshop: Workshop, *faults: str) -> None:
    workshop.around = lambda app: faulty(app, [fault(each) for each in faults])


def codes(plan: Plan) -> dict[str, str]:
    return {each.code: each.summary for each in plan.findings}


Change = Callable[[Any], Any]


def altered(path_end: str, change: Change) -> Callable[[AsgiApp], AsgiApp]:
    """A tenant that answers one path with something else."""

    def around(app: AsgiApp) -> AsgiApp:
        async def called(scope: Any, receive: Any, send: Any) -> None:
            heard = await hear(app, scope, await request_body(receive))
            if scope["path"].endswith(path_end) and heard.status == 200:
                body = json.dumps(change(heard.json)).encode()
                heard = answer(200, body, media="application/json")
            await give(heard, send)

        return called

    return around


def row_of(named: str, **fields: Any) -> Change:
    """One row of a list with other fields."""

    def change(body: Any) -> Any:
        for row in body["data"]:
            if named in (row.get("name"), row.get("email")):
                row.update(fields)
        return body

    return change


def operations(plan: Plan) -> set[str]:
    return {op.addresses[0].split("/", 2)[2] for op in plan.operations()}


@pytest.mark.parametrize("status", [402, 403, 404])
@pytest.mark.parametrize("kind", UNUSED)
def test_a_list_that_nothing_needs_and_that_may_not_be_read_stops_nothing(
    workshop: Workshop, kind: str, status: int
) -> None:
    if (kind, status) == ("function", 404):
        pytest.skip("the vendor's way to say that there is none")
    workshop.manifests(*PASSES)
    goes_wrong(workshop, f'{status} on="{UNUSED[kind]}" times=always')
    plan = workshop.planned_and_applied()
    told = [each.summary for each in plan.findings if each.code == "TEN160"]
    assert any(f"the list of {kind} could not be read" in each for each in told)
    assert all(str(status) in each for each in told)
    assert workshop.plan().outcome == "no_changes"
    assert not workshop.drift().differences


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("status", [402, 403, 404])
@pytest.mark.parametrize(("kind", "name"), [("site", "Berlin"), ("queue", "Billing EN")])
def test_a_reference_to_a_list_that_may_not_be_read_is_an_error_that_names_both(
    workshop: Workshop, kind: str, name: str, status: int, is_known: bool
) -> None:
    workshop.manifests(*PASSES)
    if is_known:
        workshop.planned_and_applied()
    path = {"site": "GET */v2/site", "queue": "GET */v2/contact-service-queue"}[kind]
    goes_wrong(workshop, f'{status} on="{path}" times=always')
    plan = workshop.plan()
    assert plan.errored
    assert not plan.steps
    wrong = [each for each in plan.findings if each.code == "TEN161"]
    assert {f"{kind} `{name}`" in each.summary for each in wrong} == {True}
    assert all(str(status) in each.summary for each in wrong)
    assert not [each for each in plan.findings if each.code == "REF120"]
    if is_known:
        assert not workshop.drift().differences


@pytest.mark.parametrize("path", ["v3/user-profile", "v2/resource-collection", "v2/user"])
def test_a_managed_list_that_may_not_be_read_is_an_error(workshop: Workshop, path: str) -> None:
    workshop.manifests(*PASSES)
    goes_wrong(workshop, f'403 on="GET */{path}" times=always')
    with pytest.raises(TenantError):
        workshop.plan()


def test_drift_still_reads_by_version_where_one_list_may_not_be_read(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    workshop.planned_and_applied()
    goes_wrong(workshop, '403 on="GET */address-book" times=always')
    first, second = workshop.drift(), workshop.drift()
    assert second.tenants[0].requests < first.tenants[0].requests


def test_prune_deletes_nothing_else_where_one_list_may_not_be_read(workshop: Workshop) -> None:
    project = (workshop.root / "reconciler.yaml").read_text("utf-8")
    workshop.write("reconciler.yaml", project + "    unmanaged: {ResourceCollection: prune}\n")
    workshop.manifests(COLLECTION, SALES)
    workshop.planned_and_applied()
    goes_wrong(workshop, '403 on="GET */address-book" times=always')
    assert workshop.plan().outcome == "no_changes"


def test_a_snapshot_keeps_what_is_unknown(workshop: Workshop) -> None:
    goes_wrong(workshop, '403 on="GET */address-book" times=always')
    found = asyncio.run(pipeline.snapshot(workshop.work()))
    assert group_kind("address-book") in found.unread
    written = snapshots.dump(("webexcc",), found)
    kept = snapshots.load(written, "file").snapshot
    assert (kept.unread, kept.unknown, kept.partial) == (found.unread, found.unknown, found.partial)
    assert snapshots.dump(("webexcc",), kept) == written


def test_an_import_goes_on_where_one_list_may_not_be_read(workshop: Workshop) -> None:
    workshop.act("create-collection", name="Old", site="Lisbon", team="all", queue="all",
                 channel="all")  # fmt: skip
    goes_wrong(workshop, '403 on="GET */address-book" times=always')
    work = workshop.work()
    (workshop.root / "access").mkdir()
    found = asyncio.run(pipeline.to_import(work, work.tenants[0]))
    assert "Old" in {each.draft.live.name for each in found.manifests}
    assert "address-book" in found.read.partial


@pytest.mark.parametrize("path", ["user-profile", "resource-collection", "team"])
def test_what_is_gone_between_its_list_and_its_answer_is_looked_up_once_more(
    workshop: Workshop, path: str
) -> None:
    workshop.manifests(*PASSES)
    workshop.planned_and_applied()
    workshop.calls.clear()
    goes_wrong(workshop, f'404 on="GET */{path}/*"')
    assert workshop.plan().outcome == "no_changes"
    lists = [c for c in workshop.calls if c.method == "GET" and c.path.endswith(f"/{path}")]
    assert len(lists) == 2


def test_what_is_deleted_while_we_read_is_absent(workshop: Workshop) -> None:
    workshop.act("create-team", name="Old team", site="Lisbon")
    workshop.manifests(*PASSES)

    def delete(method: str, path: str) -> None:
        if method == "GET" and "/team/" in path:
            workshop.before = lambda _method, _path: None
            workshop.act("delete-resource", type="team", name="Old team")

    workshop.before = delete
    assert workshop.plan().summary.add == 2
    workshop.manifests(COLLECTION.replace("[Billing Berlin]", "[Old team]"))
    assert "REF120" in codes(workshop.plan())


def test_what_stays_listed_and_is_never_answered_is_a_clear_error(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    goes_wrong(workshop, '404 on="GET */user-profile/*" times=always')
    with pytest.raises(TenantError, match="TEN162") as caught:
        workshop.plan()
    assert "the list of user profiles has `" in caught.value.told.summary


def test_a_list_that_shifts_once_is_read_again(workshop: Workshop) -> None:
    users = "\n".join(
        f"  - {{email: agent-{n}@northwind.example, profile: Supervisor Profile}}"
        for n in range(150)
    )
    seed = (workshop.root / "seed.yaml").read_text(encoding="utf-8")
    workshop.write("seed.yaml", seed + users + "\n")
    workshop.manifests(*PASSES)
    goes_wrong(workshop, 'shifting-pages on="GET */v2/user" nth=2')
    assert not workshop.plan().errored


ODD: dict[str, tuple[str, str, dict[str, Any]]] = {
    "managed profile": ("UserProfile", "Billing lead", {"permissions": 5}),
    "unmanaged profile": ("UserProfile", "Supervisor Profile", {"resourceAccessLevel": "SOME"}),
    "managed collection": ("ResourceCollection", "Billing", {"resources": "odd"}),
}


def _item_of(name: str, fields: dict[str, Any]) -> Change:
    def change(body: Any) -> Any:
        return body | fields if isinstance(body, dict) and body.get("name") == name else body

    return change


@pytest.mark.parametrize("case", ODD)
def test_an_object_of_unexpected_shape_is_set_aside_and_the_rest_is_planned(
    workshop: Workshop, case: str
) -> None:
    kind, name, fields = ODD[case]
    workshop.manifests(*PASSES)
    workshop.planned_and_applied()
    row = {"UserProfile": "user-profile", "ResourceCollection": "resource-collection"}[kind]
    (body,) = [each for each in workshop.rows(row) if each["name"] == name]
    workshop.around = altered(f"/{body['id']}", _item_of(name, fields))
    workshop.manifests(*PASSES, SALES)
    plan = workshop.plan()
    assert not plan.errored, plan.findings
    assert operations(plan) == {"ResourceCollection/sales"}
    told = codes(plan)["TEN163"]
    assert body["id"] in told
    assert f"/{body['id']}" in told
    assert not [d for d in workshop.drift().differences if d.state == "drifted"]


@pytest.mark.parametrize("known", [True, False], ids=["owned", "stateless"])
def test_a_manifest_of_an_odd_object_is_neither_created_nor_deleted(
    workshop: Workshop, known: bool
) -> None:
    workshop.manifests(*PASSES)
    workshop.planned_and_applied()
    if not known:
        workshop.lose_the_state()
    (body,) = [e for e in workshop.rows("user-profile") if e["name"] == "Billing lead"]
    workshop.around = altered(f"/{body['id']}", _item_of("Billing lead", {"permissions": 5}))
    assert not operations(workshop.plan())
    workshop.manifests(COLLECTION)
    assert not operations(workshop.plan())


@pytest.mark.parametrize("fields", [{"email": None}, {"userProfileId": 7}, {"siteId": ["x"]}])
@pytest.mark.parametrize("email", ["sam@northwind.example", "kim@northwind.example"])
def test_a_person_of_unexpected_shape_is_set_aside(
    workshop: Workshop, email: str, fields: dict[str, Any]
) -> None:
    workshop.manifests(COLLECTION, PROFILE)
    workshop.around = altered("/v2/user", row_of(email, **fields))
    plan = workshop.plan()
    assert not plan.errored, plan.findings
    assert operations(plan) == {"ResourceCollection/billing", "UserProfile/lead"}
    assert "GET v2/user" in codes(plan)["TEN163"]


def test_an_inventory_row_of_unexpected_shape_is_unknown(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    workshop.around = altered("/v2/contact-service-queue", row_of("Sales EN", name=None))
    plan = workshop.planned_and_applied()
    assert "GET v2/contact-service-queue" in codes(plan)["TEN163"]


class TestCxone:
    """The same of the other vendor."""

    @pytest.fixture
    def here(self, tmp_path: Path) -> Workshop:
        root = tmp_path / "cxone"
        root.mkdir()
        (root / "seed.yaml").write_text(
            f"{CXONE_SEED}assumed: [A1, A2, A3]\n{PERMISSIONS}", "utf-8"
        )
        project = f"{CXONE_PROJECT}    assumed: [A1, A2, A3]\n"
        (root / "reconciler.yaml").write_text(
            project + "thresholds: {destroy: 10, people: 100%}\n", "utf-8"
        )
        workshop = Workshop(root)
        workshop.kept["test"] = (VirtualPacing(), FixedToken(workshop.token()))
        return workshop

    @staticmethod
    def rows(name: str, key: str, **fields: Any) -> Change:
        def change(body: Any) -> Any:
            for row in body.get(key, ()):
                if name in (row.get("roleName"), row.get("emailAddress")):
                    row.update(fields)
            return body

        return change

    @pytest.mark.parametrize("status", [402, 403, 404])
    def test_the_list_of_permissions_may_not_be_read(self, here: Workshop, status: int) -> None:
        here.manifests(ROLE)
        goes_wrong(here, f'{status} on="GET */permissions" times=always')
        plan = here.planned_and_applied()
        assert str(status) in codes(plan)["TEN160"]
        assert here.plan().outcome == "no_changes"

    @pytest.mark.parametrize("path", ["roles", "users"])
    def test_roles_and_employees_have_to_be_read(self, here: Workshop, path: str) -> None:
        here.manifests(ROLE)
        goes_wrong(here, f'403 on="POST */{path}/search" times=always')
        with pytest.raises(TenantError):
            here.plan()

    @pytest.mark.parametrize("fields", [{"status": "ODD"}, {"applications": 5}])
    def test_a_role_of_unexpected_shape_is_set_aside(
        self, here: Workshop, fields: dict[str, Any]
    ) -> None:
        here.manifests(OLD)
        here.planned_and_applied()
        here.around = altered("/roles/search", self.rows("Old reviewer", "roles", **fields))
        here.manifests(OLD, ROLE)
        plan = here.plan()
        assert not plan.errored, plan.findings
        assert operations(plan) == {"Role/reviewer"}
        assert "/authorization/v1/roles/search" in codes(plan)["TEN163"]
        assert not [d for d in here.drift().differences if d.state == "drifted"]

    @pytest.mark.parametrize("fields", [{"secondaryRoleIds": 5}, {"emailAddress": 7}])
    def test_an_employee_of_unexpected_shape_is_set_aside(
        self, here: Workshop, fields: dict[str, Any]
    ) -> None:
        here.manifests(ROLE, JANE)
        here.around = altered("/users/search", self.rows("jane@contoso.example", "users", **fields))
        plan = here.plan()
        assert not plan.errored, plan.findings
        assert not [each for each in operations(plan) if each.startswith("Employee")]
        assert "/users/search" in codes(plan)["TEN163"]
