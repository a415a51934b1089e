"""Each quirk of a seed: what a client sees with it, and that nobody sees it without."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from reconciler.http.inprocess import InProcess
from reconciler.sandbox.errors import SandboxError
from reconciler.vendors.webexcc.sandbox.quirks import SHAPES, Quirks, of_section
from reconciler.vendors.webexcc.sandbox.tenant import WebexSandbox
from tests.unit.vendors.webexcc.sandbox.asking import BASE, SEED, parsed

PROFILES, COLLECTIONS, USERS = "v3/user-profile", "resource-collection", "user"


class Quirky:
    """A tenant with quirks, asked by one application, so that what rotates does."""

    def __init__(self, folder: Path, quirks: dict[str, Any]) -> None:
        self.now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
        seed = parsed(SEED) | {"quirks": quirks}
        self.sandbox = WebexSandbox(folder / "tenant.db", seed, lambda: self.now)
        self._transport = InProcess(self.sandbox.app())

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> httpx2.Response:
        async def asked() -> httpx2.Response:
            async with httpx2.AsyncClient(
                transport=self._transport,
                base_url="http://sandbox",
                headers={"Authorization": "Bearer root"},
            ) as client:
                return await client.request(method, f"{BASE}/{path}", json=body, params=query)

        return asyncio.run(asked())

    def rows(self, path: str) -> list[dict[str, Any]]:
        listed = path if path.startswith("v3") else f"v2/{path}"
        found: list[dict[str, Any]] = self.ask("GET", listed).json()["data"]
        return found

    def item(self, path: str, name: str) -> dict[str, Any]:
        row = next(r for r in self.rows(path) if name in (r.get("name"), r.get("email")))
        body: dict[str, Any] = self.ask("GET", f"{path}/{row['id']}").json()
        return body


Make = Callable[..., Quirky]


@pytest.fixture
def quirky(tmp_path: Path) -> Iterator[Make]:
    made: list[Quirky] = []

    def make(**quirks: Any) -> Quirky:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Quirky(folder, quirks))
        return made[-1]

    yield make
    for each in made:
        each.sandbox.close()


def renamed(tenant: Quirky, version: int, name: str = "North two") -> httpx2.Response:
    body = tenant.item(COLLECTIONS, "North") | {"name": name, "version": version}
    return tenant.ask("PUT", f"{COLLECTIONS}/{body['id']}", body)


def test_a_stale_version_is_taken_or_refused(quirky: Make) -> None:
    strict, usual = quirky(staleVersionRefused=True), quirky()
    assert renamed(strict, 0, "North").status_code == 200
    assert [renamed(strict, 0, "North").status_code, renamed(strict, 1).status_code] == [409, 200]
    assert renamed(usual, 0, "North").status_code == renamed(usual, 0).status_code == 200


def test_a_rename_onto_a_taken_name_conflicts_or_not(quirky: Make) -> None:
    assert renamed(quirky(), 0, "South").status_code == 409
    lenient = quirky(renameConflict=False)
    assert renamed(lenient, 0, "South").status_code == 200
    assert [row["name"] for row in lenient.rows(COLLECTIONS)] == ["South", "South"]
    body = lenient.item(COLLECTIONS, "South")
    new = {key: body[key] for key in ("name", "description", "resources")}
    assert lenient.ask("POST", COLLECTIONS, new).status_code == 409


def test_refusals_come_in_five_shapes_by_turns(quirky: Make) -> None:
    tenant = quirky(errorShapes="rotate")
    seen = [tenant.ask("GET", f"{COLLECTIONS}/nothing") for _ in range(6)]
    assert {each.status_code for each in seen} == {404}
    assert isinstance(seen[0].json()["error"], dict)
    assert isinstance(seen[1].json()["error"], str)
    assert isinstance(seen[2].json()["errors"], list)
    assert (seen[3].headers["content-type"][:10], seen[4].content) == ("text/plain", b"")
    assert seen[5].json().keys() == seen[0].json().keys()
    assert len(SHAPES) == 5


def test_a_large_page_size_is_silently_lowered(quirky: Make) -> None:
    tenant = quirky(pageSizeCap=2)
    body = tenant.ask("GET", "v2/user", pageSize=100).json()
    assert (len(body["data"]), body["meta"]["pageSize"], body["meta"]["totalPages"]) == (2, 2, 3)
    assert len(tenant.ask("GET", "v2/user", pageSize=1).json()["data"]) == 1
    assert len(tenant.ask("GET", "v2/user").json()["data"]) == 2


def test_rows_of_lists_may_be_whole(quirky: Make) -> None:
    bare, whole = quirky(), quirky(listsCarryArrays=True)
    for path, array in ((PROFILES, "resourceCollections"), (COLLECTIONS, "resources")):
        assert all(array not in row for row in bare.rows(path))
        assert all(array in row for row in whole.rows(path))
    assert all("teamIds" in row for row in whole.rows(USERS))


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_write_may_succeed_and_ignore_a_field(quirky: Make, method: str) -> None:
    tenant = quirky(ignoredFields=["user.siteId", "resource-collection.description"])
    if method == "PATCH":
        user = tenant.item(USERS, "red@x.example")
        other = next(row["id"] for row in tenant.rows("site") if row["id"] != user["siteId"])
        answer = tenant.ask("PATCH", f"{USERS}/{user['id']}", {"siteId": other, "teamIds": []})
        assert (answer.status_code, answer.json()["siteId"]) == (200, user["siteId"])
        assert answer.json()["teamIds"] == []
        return
    body = tenant.item(COLLECTIONS, "North") | {"description": "new", "name": "Renamed"}
    answer = tenant.ask("PUT", f"{COLLECTIONS}/{body['id']}", body)
    assert (answer.status_code, answer.json()["description"]) == (200, "")
    assert answer.json()["name"] == "Renamed"


def test_a_field_that_is_read_may_be_refused_when_written(quirky: Make) -> None:
    tenant = quirky(refusedFields=["resource-collection.workItem"])
    body = tenant.item(COLLECTIONS, "North")
    refused = tenant.ask("PUT", f"{COLLECTIONS}/{body['id']}", body)
    assert (refused.status_code, "workItem is not allowed" in refused.text) == (400, True)
    del body["workItem"]
    assert tenant.ask("PUT", f"{COLLECTIONS}/{body['id']}", body).status_code == 200


def test_a_bulk_call_may_answer_with_nothing_and_do_nothing(quirky: Make) -> None:
    tenant = quirky(emptyBulkAnswer=True)
    user = tenant.item(USERS, "red@x.example")
    item = {"id": user["id"], "teamIds": []}
    body = {"items": [{"itemIdentifier": 1, "item": item}]}
    answer = tenant.ask("PATCH", f"{USERS}/bulk", body)
    assert (answer.status_code, answer.json()) == (207, {"items": []})
    assert tenant.item(USERS, "red@x.example")["teamIds"] == user["teamIds"]


def test_arrays_may_come_in_another_order(quirky: Make) -> None:
    usual = quirky().item(PROFILES, "Both")["permissions"]
    assert quirky(reorderArrays=True).item(PROFILES, "Both")["permissions"] == usual[::-1]


def test_rows_within_an_object_may_have_ids_and_times(quirky: Make) -> None:
    tenant = quirky(nestedIds=True)
    permission = tenant.item(PROFILES, "Both")["permissions"][0]
    assert permission.keys() == {"id", "name", "access", "createdTime", "lastUpdatedTime"}
    assert all(isinstance(each, str) for each in tenant.item(USERS, "red@x.example")["teamIds"])
    collections = tenant.item(PROFILES, "Both")["resourceCollections"]
    assert {each["id"] for each in collections} == {r["id"] for r in tenant.rows(COLLECTIONS)}


def test_answers_may_hold_what_nobody_knows_and_take_it_back(quirky: Make) -> None:
    tenant = quirky(
        extraFields=True,
        unknownPermissions=["hologram"],
        unknownValues={"user-profile.profileType": "ROBOT"},
    )
    assert all("addedLater" in row for row in tenant.rows(USERS))
    profile = tenant.item(PROFILES, "Both")
    assert profile["profileType"] == "ROBOT"
    assert {"name": "hologram", "access": "VIEW"} in profile["permissions"]
    body = profile | {"profileType": "SUPERVISOR"}
    assert tenant.ask("PUT", f"{PROFILES}/{body['id']}", body).status_code == 200


def test_a_412_may_keep_to_itself_what_refers(quirky: Make) -> None:
    for tenant, told in ((quirky(), True), (quirky(referencedEntities=False), False)):
        refused = tenant.ask("DELETE", f"{COLLECTIONS}/{tenant.item(COLLECTIONS, 'North')['id']}")
        assert refused.status_code == 412
        assert ("referencedEntities" in refused.json()["error"]) is told


def test_statuses_of_success_are_mixed(quirky: Make) -> None:
    tenant = quirky(statusMix=True)
    body = tenant.item(COLLECTIONS, "North")
    new = {"name": "New", "resources": body["resources"]}
    made = tenant.ask("POST", COLLECTIONS, new)
    assert made.status_code == 200
    assert tenant.ask("DELETE", f"{COLLECTIONS}/{made.json()['id']}").status_code == 200
    assert tenant.ask("GET", f"{COLLECTIONS}/{made.json()['id']}").status_code == 404


def test_a_write_settles_after_a_while(quirky: Make) -> None:
    tenant = quirky(settlesAfter=5)
    assert renamed(tenant, 0, "Northern").json()["name"] == "Northern"
    names = [row["name"] for row in tenant.rows(COLLECTIONS)]
    assert "North" in names
    assert "Northern" not in names
    tenant.now += timedelta(seconds=5)
    assert "Northern" in [row["name"] for row in tenant.rows(COLLECTIONS)]


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ([], "mapping"),
        ({"pageSize": 5}, "pageSizeCap"),
        ({"pageSizeCap": 0}, "from 1 to 100"),
        ({"pageSizeCap": 1000}, "from 1 to 100"),
        ({"pageSizeCap": True}, "from 1 to 100"),
        ({"errorShapes": "odd"}, "rotate"),
        ({"statusMix": "yes"}, "true or false"),
        ({"ignoredFields": ["siteId"]}, "ENTITY.FIELD"),
        ({"ignoredFields": "user.siteId"}, "list"),
        ({"unknownValues": {"user.x": 5}}, "text"),
        ({"unknownValues": ["user.x"]}, "mapping"),
        ({"unknownPermissions": [1]}, "names"),
        ({"settlesAfter": -1}, "seconds"),
        ({"auditOrder": "random"}, "newest"),
        ({"auditTargets": "hats"}, "rotate"),
        ({"auditPageCap": 201}, "1 to 200"),
        ({"auditArrivals": -1}, "number"),
        ({"auditLag": "late"}, "seconds"),
    ],
)
def test_what_is_no_quirk_is_refused_by_name(tmp_path: Path, section: Any, told: str) -> None:
    if section == []:
        with pytest.raises(ValueError, match=told):
            of_section(section)
        return
    with pytest.raises(SandboxError, match="PRJ125") as refused:
        Quirky(tmp_path, section)
    assert "quirks" in str(refused.value)
    assert told in str(refused.value)


def test_every_quirk_is_told_of() -> None:
    assert Quirks.__doc__ is not None
    for each in fields(Quirks):
        assert f"- {each.name}:" in Quirks.__doc__
