"""The audit log as the client reads it: complete or an error, and without anybody's name."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.contract.connection import AsgiApp, Endpoint
from reconciler.errors import TenantError
from reconciler.http.tokens import FixedToken
from reconciler.model.audit import AuditEvent
from reconciler.sandbox.asgi import Receive, Scope, Send, give, hear, json_answer
from reconciler.vendors.webex.audit import PAGE_SIZE
from reconciler.vendors.webexcc.audit import open_audit
from tests.examples import examples
from tests.unit.vendors.webexcc.sandbox.asking import (
    MACHINE,
    NORTH,
    ORGANIZATION,
    ROOT,
    SEED,
    VIEWER,
    Tenant,
    parsed,
)
from tests.virtual import VirtualPacing

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Watched:
    """A tenant whose clock is set by hand, and the requests that its audit log got."""

    def __init__(self, folder: Path, quirks: Mapping[str, Any]) -> None:
        self.now = NOW
        self.requests = 0
        of_nia = f"email: {NORTH}, profile"
        named = SEED.replace(of_nia, f"email: {NORTH}, firstName: Nia, lastName: Nox, profile")
        seed = parsed(named) | {"quirks": dict(quirks)}
        self.tenant = Tenant(folder, seed, lambda: self.now)

    def edit(self, profile: str = "Both", by: str = ROOT) -> None:
        """One change, a second later than the last."""
        self.now += timedelta(seconds=1)
        self.tenant.act(by, "edit-profile", profile=profile, description=self.now.isoformat())

    def read(
        self, since: datetime | None = None, until: datetime | None = None, by: str = ROOT
    ) -> tuple[AuditEvent, ...]:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            self.requests += 1
            await self.tenant.app(scope, receive, send)

        token = self.tenant.sandbox.token(by)
        return read(counted, since or NOW - DAY, until or self.now + DAY, token)


def read(
    app: AsgiApp, since: datetime = NOW - DAY, until: datetime = NOW, who: str = "t"
) -> tuple[AuditEvent, ...]:
    endpoint = Endpoint("test", ORGANIZATION, FixedToken(who), app=app, pace=VirtualPacing())

    async def events() -> tuple[AuditEvent, ...]:
        async with open_audit(endpoint) as reader:
            return await reader.events(since, until)

    return asyncio.run(events())


Make = Callable[..., Watched]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Make]:
    made: list[Watched] = []

    def make(**quirks: Any) -> Watched:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Watched(folder, quirks))
        return made[-1]

    yield make
    for each in made:
        each.tenant.close()


def test_a_change_is_told_with_what_and_by_whom(watched: Make) -> None:
    here = watched()
    here.edit()
    (event,) = here.read()
    assert (event.actor, event.at, event.category) == (ROOT, here.now, "CONTACT_CENTER")
    assert event.target_id == here.tenant.id("user-profile", "Both")
    assert (event.target_type, event.target_name, event.fits) == ("USER_PROFILE", "Both", True)
    assert event.action == "A user profile was edited"


@pytest.mark.parametrize("way", ["base64", "plain", "webex", "name", "organization", "rotate"])
def test_a_target_is_named_in_one_of_many_ways(watched: Make, way: str) -> None:
    here = watched(auditTargets=way)
    for _ in range(5):
        here.edit()
    mine = (here.tenant.id("user-profile", "Both"), "Both")
    named = {"name": ("", "Both"), "organization": ("", "")}
    told = {(each.target_id, each.target_name) for each in here.read()}
    assert told == ({mine, *named.values()} if way == "rotate" else {named.get(way, mine)})


def test_nobodys_name_gets_out(watched: Make) -> None:
    here = watched()
    here.tenant.act(NORTH, "edit-profile", profile="Both", description="Nia was here")
    here.tenant.act(ROOT, "edit-profile", profile="North admin", user="view")
    here.tenant.act(ROOT, "move-user", user=NORTH, profile="Viewer")
    told = here.read()
    assert sorted(each.actor for each in told) == [NORTH, ROOT, ROOT]
    assert here.tenant.id("user", NORTH) in {each.target_id for each in told}
    assert "Nox" not in json.dumps([asdict(each) for each in told], default=str)


def test_collections_have_no_trail_but_where_the_vendor_gets_one(watched: Make) -> None:
    for quirks, told in (({}, []), ({"auditCollections": True}, ["RESOURCE_COLLECTION"])):
        here = watched(**quirks)
        here.tenant.act(ROOT, "edit-collection", collection="North", description="new")
        assert [each.target_type for each in here.read()] == told


def test_what_the_vendor_makes_of_it_is_no_event(watched: Make) -> None:
    here = watched(auditCollections=True)
    here.tenant.act(NORTH, "create-queue", name="Fresh")  # which goes to a collection
    here.tenant.act(ROOT, "create-folder", path="Sales/New")  # which goes to profiles
    assert sorted(each.target_type for each in here.read()) == ["ANALYZER_FOLDER", "QUEUE"]


def test_writes_of_the_api_are_events_of_who_wrote(watched: Make) -> None:
    here = watched(auditTracksRequests=True)
    user = here.tenant.id("user", "red@x.example")
    assert here.tenant.status(MACHINE, "PATCH", f"user/{user}", {"teamIds": []}) == 200
    assert here.tenant.status(VIEWER, "PATCH", f"user/{user}", {"teamIds": []}) == 403
    item = {"items": [{"itemIdentifier": 1, "item": {"id": user, "teamIds": []}}]}
    assert here.tenant.status(ROOT, "PATCH", "user/bulk", item) == 207
    told = sorted((each.actor, each.target_id) for each in here.read())
    assert told == [(MACHINE, user), (ROOT, user)]


def test_only_full_administrators_with_the_scope_read_it(watched: Make) -> None:
    here = watched()
    assert here.read(by=MACHINE) == ()
    for who in (NORTH, VIEWER):
        with pytest.raises(TenantError) as caught:
            here.read(by=who)
        assert (caught.value.told.code, caught.value.status) == ("TEN103", 403)
        assert "audit:events_read" in caught.value.told.hint
        assert caught.value.tracking_id
    app = here.tenant.app
    with pytest.raises(TenantError, match="TEN101"):
        read(app, who="unknown")


def test_events_come_late_and_go_after_a_year(watched: Make) -> None:
    here = watched(auditLag=60)
    here.edit()
    assert here.read() == ()
    here.now += timedelta(minutes=2)
    assert len(here.read()) == 1
    here.now += timedelta(days=364)
    assert len(here.read(NOW)) == 1
    here.now += timedelta(days=1)
    assert here.read(NOW) == ()


def test_more_than_a_year_is_asked_for_in_parts(watched: Make) -> None:
    here = watched()
    here.edit()
    assert len(here.read(NOW - 800 * DAY, NOW + DAY)) == 1
    assert here.requests == 2 + 1 + 1  # three parts, of which one has something
    assert here.read(here.now, here.now) == here.read()
    assert here.read(NOW + DAY, NOW) == ()


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize(("cap", "arrivals"), [(200, 0), (1, 0), (7, 0), (7, 3), (20, 3)])
def test_pages_that_shift_lose_and_double_nothing(
    watched: Make, order: str, cap: int, arrivals: int
) -> None:
    here = watched(auditOrder=order, auditArrivals=arrivals, auditPageCap=cap)
    made = []
    for _ in range(23):
        here.edit()
        made.append(here.now)
    found = here.read(until=here.now + timedelta(seconds=1))
    assert [each.at for each in found if each.fits] == made
    assert len({each.id for each in found}) == len(found)


class Scripted:
    """A log whose rows are set by hand, and change before each page as a script says."""

    def __init__(self, rows: list[Any], script: Callable[[list[Any]], None] | None = None) -> None:
        self.rows, self._script = rows, script or (lambda _rows: None)
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = dict(parse_qsl(scope["query_string"].decode()))
        self.requests += 1
        first = int(query["offset"])
        page = self.rows[first : first + int(query["max"])]
        self._script(self.rows)
        await give(json_answer(200, {"items": page}), send)


def row(number: int, **more: Any) -> dict[str, Any]:
    """An event as the document has it."""
    at = (NOW - timedelta(seconds=number + 1)).isoformat(timespec="milliseconds")
    data = {"actorEmail": ROOT, "eventCategory": "EventCategory.LOGINS"} | more
    return {"id": f"event-{number}", "created": at.replace("+00:00", "Z"), "data": data}


@examples(60)
@given(st.integers(0, 700), st.lists(st.integers(0, 30), max_size=6), st.booleans())
def test_nothing_is_lost_however_pages_shift(
    count: int, comes: list[int], is_oldest_first: bool
) -> None:
    """Events come in while the log is read: before what is there, or behind it."""
    coming = iter(comes)
    made = iter(range(10_000, 20_000))

    def script(rows: list[Any]) -> None:
        new = [row(next(made)) for _ in range(next(coming, 0))]
        rows[:] = [*rows, *new] if is_oldest_first else [*new, *rows]

    log = Scripted([row(number) for number in range(count)], script)
    found = [each.id for each in read(log)]
    assert {f"event-{number}" for number in range(count)} <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(("gone", "requests"), [(5, 3), (50, 5)])
def test_a_log_that_loses_events_meanwhile_is_read_again(gone: int, requests: int) -> None:
    """A few are bridged by what pages have in common; after many it begins anew."""
    first = [True]

    def script(rows: list[Any]) -> None:
        if first:
            first.clear()
            del rows[:gone]

    log = Scripted([row(number) for number in range(450)], script)
    assert {f"event-{number}" for number in range(gone, 450)} <= {each.id for each in read(log)}
    assert log.requests == requests


def test_a_log_that_never_stays_is_no_answer() -> None:
    def script(rows: list[Any]) -> None:
        del rows[:50]

    log = Scripted([row(number) for number in range(3000)], script)
    with pytest.raises(TenantError, match="TEN120") as caught:
        read(log)
    assert caught.value.outcome == "partial"


def test_a_short_log_costs_two_requests_and_a_long_one_its_pages() -> None:
    for count, requests in ((0, 1), (1, 2), (PAGE_SIZE, 2), (2 * PAGE_SIZE, 3)):
        log = Scripted([row(number) for number in range(count)])
        assert len(read(log)) == count
        assert log.requests == requests


def base64_of(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


PERSON = "24868696-ac0d-4868-bd21-de1d7838c97f"


@pytest.mark.parametrize(
    ("told", "actor"),
    [
        ({}, ROOT),
        ({"actorEmail": "Joe Smith"}, PERSON),
        ({"actorEmail": None}, PERSON),
    ],
)
def test_who_did_it_is_an_e_mail_or_an_id(told: dict[str, Any], actor: str) -> None:
    (event,) = read(Scripted([row(1, **told) | {"actorId": base64_of(PERSON)}]))
    assert event.actor == actor
    (unknown,) = read(Scripted([row(1, actorEmail="Joe Smith", actorName="Joe Smith")]))
    assert unknown.actor == ""


@pytest.mark.parametrize(
    ("told", "target"),
    [
        ({"targetId": base64_of(f"ciscospark://us/ORGANIZATION/{ORGANIZATION}")}, ("", "")),
        ({"targetType": "TargetResourceType.ORG", "targetId": "x"}, ("", "")),
        ({"targetId": PERSON.upper(), "targetType": "USER_PROFILE"}, (PERSON, "A name")),
        ({"targetId": "not base64 é", "targetType": "QUEUE"}, ("not base64 é", "A name")),
        ({"targetId": "5e5c9ad6d61f870d6d778c1b"}, ("5e5c9ad6d61f870d6d778c1b", "A name")),
        ({"targetType": "TargetResourceType.USER"}, ("", "")),
        ({"targetType": "USER", "targetName": "a@b"}, ("", "a@b")),
        ({"actorName": "A name"}, ("", "")),
    ],
)
def test_what_it_was_done_to(told: dict[str, Any], target: tuple[str, str]) -> None:
    (event,) = read(Scripted([row(1, **({"targetName": "A name"} | told))]))
    assert (event.target_id, event.target_name) == target


def test_what_was_refused_changed_nothing() -> None:
    assert read(Scripted([row(1, errorCode="WXC-25058"), row(2, errorMessage="too long")])) == ()


GOOD = row(1)


@pytest.mark.parametrize(
    "items",
    [
        None, {}, ["x"], [GOOD | {"id": ""}], [GOOD | {"id": 5}], [GOOD | {"created": "yesterday"}],
        [GOOD | {"created": "2026-11-25T10:00:00"}], [GOOD | {"created": 5}], [GOOD | {"data": []}],
        [{"id": "x"}], [row(1, targetId=5)], [row(1, actorEmail=["a@b"])],
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_event_is_no_answer(items: Any) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await give(json_answer(200, {} if items is None else {"items": items}), send)

    with pytest.raises(TenantError, match="TEN113") as caught:
        read(app)
    assert caught.value.tracking_id


def test_too_many_requests_are_waited_for(watched: Make) -> None:
    here = watched()
    here.edit()
    refused = [json_answer(429, {}, (("retry-after", "7"),)), json_answer(503, {})]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await give(refused.pop() if refused else await hear(here.tenant.app, scope, b""), send)

    assert len(read(app, until=here.now, who="root")) == 1


class Linked:
    """A log that names each next page by a cursor of its own, as `next_page` words it."""

    def __init__(self, pages: int, next_page: Callable[[int], str]) -> None:
        self.pages = [[row(5 * page + number) for number in range(5)] for page in range(pages)]
        self.next_page = next_page
        self.requests = 0

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.requests += 1
        number = int(dict(parse_qsl(scope["query_string"].decode())).get("cursor", "0"))
        last = number + 1 == len(self.pages)
        headers = () if last else (("Link", self.next_page(number + 1)),)
        await give(json_answer(200, {"items": self.pages[number]}, headers), send)


@pytest.mark.parametrize(
    "host", ["http://sandbox/v1/adminAudit/events", "/v1/adminAudit/events", ""]
)
def test_the_next_page_is_the_one_that_the_link_header_names(host: str) -> None:
    log = Linked(4, lambda number: f'<{host}?cursor={number}>; rel="next"')
    assert len(read(log)) == 20
    assert log.requests == 4


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://attacker.example/v1/adminAudit/events",
        "http://sandbox.attacker.example/v1/adminAudit/events",
        "http://sandbox:8080/v1/adminAudit/events",
        "http://sandbox@attacker.example/v1/adminAudit/events",
        "//attacker.example/v1/adminAudit/events",
        "http://sandbox/v1/other",
    ],
)
def test_a_link_to_another_place_is_refused(elsewhere: str) -> None:
    log = Linked(2, lambda number: f'<{elsewhere}?cursor={number}>; rel="next"')
    with pytest.raises(TenantError, match="TEN114"):
        read(log)
    assert log.requests == 1


def test_links_that_go_round_in_a_circle_end() -> None:
    log = Linked(3, lambda _number: '<?cursor=1>; rel="next"')
    with pytest.raises(TenantError, match="TEN120"):
        read(log)


def test_the_sandbox_names_the_next_page_as_webex_does(watched: Make) -> None:
    """A client that knows nothing but `Link` gets every event once."""
    here = watched()
    for _ in range(7):
        here.edit()
    token = here.tenant.sandbox.token(ROOT)
    written = {
        "orgId": base64_of(f"ciscospark://us/ORGANIZATION/{ORGANIZATION}").rstrip("="),
        "from": "2026-11-24T00:00:00.000Z",
        "to": "2026-11-27T00:00:00.000Z",
        "max": "3",
    }

    async def followed() -> list[str]:
        found: list[str] = []
        transport = httpx2.ASGITransport(here.tenant.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://here.test") as client:
            url: Any = "/v1/adminAudit/events"
            query: Any = written
            while url:
                headers = {"Authorization": f"Bearer {token}"}
                answer = await client.get(url, params=query, headers=headers)
                found += [event["id"] for event in answer.json()["items"]]
                url, query = answer.links.get("next", {}).get("url"), None
                assert url is None or url.startswith("http://here.test/v1/adminAudit/events?")
        return found

    found = asyncio.run(followed())
    assert len(found) == len(set(found)) == 7
