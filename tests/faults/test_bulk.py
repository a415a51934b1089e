"""Many updates in one call through a bad network: each has its own outcome, and the right one."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from reconciler.contract.connection import AsgiApp, Update, Writer, Written
from reconciler.engine.connect import connected
from reconciler.errors import ReconcilerError, TenantError, UnknownOutcomeError
from reconciler.http.tokens import FixedToken
from reconciler.model.live import LiveObject
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from tests.bulk import RIGHTS, ann_applies, described, seeded
from tests.examples import examples
from tests.virtual import VirtualPacing
from tests.workshop import ORGANIZATION, Workshop

COUNT = 4
BULK = ("PATCH", f"/organization/{ORGANIZATION}/resource-collection/bulk")
KIND = "ResourceCollection"
Outcomes = list[Written | ReconcilerError]


@pytest.fixture
def tenant(workshop: Workshop) -> Workshop:
    """A tenant of four collections, on a clock on which waiting takes no time."""
    seeded(workshop, COUNT)
    workshop.kept["test"] = (VirtualPacing(), FixedToken("root-token"))
    return workshop


def writing(tenant: Workshop, work: Callable[[Writer], Any]) -> Any:
    async def opened() -> Any:
        given = tenant.work()
        (where,) = given.tenants
        vendor = given.vendors["webexcc"]
        with connected(where, given.groups(where), given.around) as endpoint:
            async with vendor.writer(endpoint) as writer:
                return await work(writer)

    return asyncio.run(opened())


def live(tenant: Workshop) -> list[LiveObject]:
    async def fetched(writer: Writer) -> list[LiveObject]:
        names = [f"C {number:02}" for number in range(COUNT)]
        found = [await writer.find(KIND, name) for name in names]
        return [each for each in found if each is not None]

    found: list[LiveObject] = writing(tenant, fetched)
    tenant.writes()
    return found


def updates(objects: list[LiveObject], description: str = "later") -> list[Update]:
    return [Update(each.id, {"description": description}, each.digest) for each in objects]


def written(tenant: Workshop, given: list[Update]) -> Outcomes:
    outcomes: Outcomes = writing(tenant, lambda writer: writer.update_many(KIND, given))
    tenant.around = lambda app: app
    return outcomes


def with_faults(tenant: Workshop, *faults: str) -> Outcomes:
    given = updates(live(tenant))
    tenant.around = lambda app: faulty(app, [fault(each) for each in faults])
    return written(tenant, given)


def all_done(tenant: Workshop, outcomes: Outcomes, *, attempts: int = 1) -> None:
    """Each is written and read back, and the tenant has it."""
    for each in outcomes:
        assert isinstance(each, Written), each
        assert each.live is not None
        assert each.live.values["description"] == "later"
        assert each.attempts == attempts
        assert each.tracking_id
    assert described(tenant) == {f"C {number:02}": "later" for number in range(COUNT)}


def alter(change: Callable[[Any], Any], *, of: str = "answer") -> Callable[[AsgiApp], AsgiApp]:
    """A tenant whose bulk call takes another request, or gives another answer, than it should."""

    def around(app: AsgiApp) -> AsgiApp:
        async def altered(scope: Any, receive: Any, send: Any) -> None:
            if not scope["path"].endswith("/bulk"):
                await app(scope, receive, send)
                return
            body = json.loads((await receive())["body"])
            sent = json.dumps(change(body) if of == "request" else body).encode()
            headers = [h for h in scope["headers"] if h[0].lower() != b"content-length"]
            length = (b"content-length", str(len(sent)).encode())

            async def receiving() -> Any:
                return {"type": "http.request", "body": sent, "more_body": False}

            heard: list[Any] = []

            async def hearing(message: Any) -> None:
                heard.append(message)

            await app({**scope, "headers": [*headers, length]}, receiving, hearing)
            content = b"".join(each.get("body", b"") for each in heard)
            if of == "answer":
                content = json.dumps(change(json.loads(content))).encode()
            kept = [h for h in heard[0]["headers"] if h[0].lower() != b"content-length"]
            length = (b"content-length", str(len(content)).encode())
            await send({**heard[0], "headers": [*kept, length]})
            await send({"type": "http.response.body", "body": content})

        return altered

    return around


def test_one_call_writes_them_all(tenant: Workshop) -> None:
    outcomes = written(tenant, updates(live(tenant)))
    assert tenant.writes() == [BULK]
    all_done(tenant, outcomes)
    assert len({each.tracking_id for each in outcomes if isinstance(each, Written)}) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "loss", ["dropped", "500", "503", "half-answer", "cut-answer", "html", "null-body"]
)
def test_what_is_unknown_is_read_and_only_what_is_undone_goes_again(
    tenant: Workshop, loss: str, when: str
) -> None:
    outcomes = with_faults(tenant, f'{loss} on="PATCH *" when={when}')
    calls = tenant.writes()
    for each in outcomes:
        assert isinstance(each, Written), each
    assert set(described(tenant).values()) == {"later"}
    assert calls.count(BULK) == 1  # the one that reached the tenant
    assert len(calls) == 1


def test_429_is_waited_for(tenant: Workshop) -> None:
    outcomes = with_faults(tenant, '429 on="PATCH *" retryAfter=7 times=2')
    all_done(tenant, outcomes, attempts=3)
    assert tenant.writes() == [BULK]


def test_what_never_ends_ends(tenant: Workshop) -> None:
    outcomes = with_faults(tenant, '503 on="PATCH *" times=always')
    assert {type(each) for each in outcomes} == {UnknownOutcomeError}
    assert {each.attempts for each in outcomes if isinstance(each, TenantError)} == {5}
    assert len({id(each) for each in outcomes}) == COUNT
    assert set(described(tenant).values()) == {""}


@pytest.mark.parametrize("status", ["400", "403", "404", "405", "413"])
def test_a_tenant_without_the_call_gets_them_one_by_one(tenant: Workshop, status: str) -> None:
    outcomes = with_faults(tenant, f'{status} on="PATCH *" times=always')
    all_done(tenant, outcomes, attempts=2)
    assert [method for method, _ in tenant.writes()] == ["PUT"] * COUNT


def test_a_token_that_is_refused_is_refused_to_all(tenant: Workshop) -> None:
    outcomes = with_faults(tenant, '401 on="PATCH *" times=always')
    assert [each.told.code for each in outcomes if isinstance(each, TenantError)] == ["TEN101"] * 4
    assert not [method for method, _ in tenant.writes() if method == "PUT"]


def test_who_lacks_a_right_writes_them_one_by_one(tenant: Workshop) -> None:
    """WCC135: the tenant itself refuses the call to whoever has no edit on tenant settings."""
    ann_applies(tenant, RIGHTS.replace("tenant-setting: edit", "tenant-setting: view"))
    tenant.kept["test"] = (VirtualPacing(), FixedToken("ann-token"))
    given = updates(live(tenant))
    outcomes = written(tenant, given)
    assert [(each.method, each.status) for each in tenant.calls if each.method != "GET"] == [
        ("PATCH", 403),
        *[("PUT", 200)] * COUNT,
    ]
    all_done(tenant, outcomes, attempts=2)


def test_an_empty_answer_means_that_nothing_was_done(tenant: Workshop) -> None:
    seed = (tenant.root / "seed.yaml").read_text(encoding="utf-8")
    tenant.write("seed.yaml", seed + "quirks: {emptyBulkAnswer: true}\n")
    outcomes = written(tenant, updates(live(tenant)))
    all_done(tenant, outcomes, attempts=2)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: {"items": body["items"][:1]},
        lambda body: {"items": body["items"][::-1]},
        lambda body: {"items": [row | {"itemIdentifier": None} for row in body["items"]]},
        lambda body: {
            "items": [
                {"status": row["status"], "href": f"{row['href']}/"} for row in body["items"][::-1]
            ]
        },
        lambda body: {"items": [row | {"itemIdentifier": 77} for row in body["items"]]},
        lambda body: {"items": [row | {"status": "ok"} for row in body["items"]]},
        lambda body: {"items": [row | {"status": 500} for row in body["items"]]},
        lambda body: {"items": body["items"] * 2},
        lambda _body: {"items": "all of them"},
        lambda _body: {"items": [7, None]},
        lambda _body: [],
        lambda _body: "done",
    ],
)
def test_what_an_answer_does_not_say_is_read(tenant: Workshop, change: Any) -> None:
    given = updates(live(tenant))
    tenant.around = alter(change)
    outcomes = written(tenant, given)
    all_done(tenant, outcomes)
    assert tenant.writes() == [BULK]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_a_call_leaves_undone_is_written_by_itself(tenant: Workshop, status: int) -> None:
    """The tenant does all but one, of which it says that something went wrong."""
    given = updates(live(tenant))

    def without_the_second(body: Any) -> Any:
        return {"items": [body["items"][0], *body["items"][2:]]}

    def with_a_second(body: Any) -> Any:
        return {"items": [{"itemIdentifier": 2, "status": status}, *body["items"]]}

    inner, outer = alter(without_the_second, of="request"), alter(with_a_second)
    tenant.around = lambda app: outer(inner(app))
    outcomes = written(tenant, given)
    assert [each.attempts for each in outcomes if isinstance(each, Written)] == [1, 2, 1, 1]
    assert [method for method, _ in tenant.writes()] == ["PATCH", "PUT"]
    assert set(described(tenant).values()) == {"later"}


def test_one_that_is_refused_keeps_none_back(tenant: Workshop) -> None:
    given = updates(live(tenant))
    given[1] = Update(given[1].object_id, {"name": "not, a name"}, given[1].expect)
    given[2] = Update(given[2].object_id, {"name": "C 00"}, given[2].expect)
    first, invalid, taken, last = written(tenant, given)
    assert tenant.writes() == [BULK]
    assert isinstance(first, Written)
    assert isinstance(last, Written)
    assert isinstance(invalid, TenantError)
    assert isinstance(taken, TenantError)
    assert (invalid.status, invalid.told.code, invalid.attempts) == (400, "TEN100", 1)
    assert (taken.status, taken.told.code) == (409, "TEN105")
    assert "name" in invalid.told.summary
    assert taken.tracking_id
    assert list(described(tenant).values()).count("later") == 2


def test_one_that_somebody_changed_is_left_out(tenant: Workshop) -> None:
    given = updates(live(tenant))
    given[2] = Update(given[2].object_id, given[2].values, "what the plan saw")
    outcomes = written(tenant, given)
    assert [each.told.code for each in outcomes if isinstance(each, ReconcilerError)] == ["RUN104"]
    assert tenant.writes() == [BULK]
    assert described(tenant) == {"C 00": "later", "C 01": "later", "C 02": "", "C 03": "later"}


def test_nothing_is_sent_where_all_have_changed(tenant: Workshop) -> None:
    given = [Update(each.object_id, each.values, "another") for each in updates(live(tenant))]
    outcomes = written(tenant, given)
    assert [each.told.code for each in outcomes if isinstance(each, ReconcilerError)] == [
        "RUN104"
    ] * COUNT
    assert not tenant.writes()


def test_one_that_is_gone_is_told_so(tenant: Workshop) -> None:
    given = updates(live(tenant))
    given[0] = Update("00000000-0000-4000-8000-000000000000", given[0].values, given[0].expect)
    outcomes = written(tenant, given)
    assert [each.told.code for each in outcomes if isinstance(each, ReconcilerError)] == ["TEN104"]
    assert list(described(tenant).values()).count("later") == 3


def test_one_that_somebody_changes_while_the_answer_is_lost_is_left_alone(
    tenant: Workshop,
) -> None:
    given = updates(live(tenant))
    queue = {"collection": "C 01", "queue": "Billing DE"}

    def meanwhile(app: AsgiApp) -> AsgiApp:
        async def around(scope: Any, receive: Any, send: Any) -> None:
            if scope["method"] == "PATCH" and queue:
                tenant.act("edit-collection", **queue)
                queue.clear()
                raise ConnectionResetError
            await app(scope, receive, send)

        return around

    tenant.around = meanwhile
    outcomes = written(tenant, given)
    assert [each.told.code for each in outcomes if isinstance(each, ReconcilerError)] == ["RUN104"]
    assert described(tenant) == {"C 00": "later", "C 01": "", "C 02": "later", "C 03": "later"}


def test_what_cannot_be_read_after_a_loss_is_unknown(tenant: Workshop) -> None:
    given = updates(live(tenant))
    bad = given[1].object_id
    faults = ('dropped on="PATCH *" when=after', f'500 on="GET */{bad}" nth=2 times=always')
    tenant.around = lambda app: faulty(app, [fault(each) for each in faults])
    outcomes = written(tenant, given)
    assert [type(each) for each in outcomes] == [Written, UnknownOutcomeError, Written, Written]


@pytest.mark.parametrize("quirk", ["refusedFields", "extraFields", "reorderArrays", "nestedIds"])
def test_tenants_with_quirks(tenant: Workshop, quirk: str) -> None:
    seed = (tenant.root / "seed.yaml").read_text(encoding="utf-8")
    value = "[resource-collection.moon]" if quirk == "refusedFields" else "true"
    tenant.write("seed.yaml", f"{seed}quirks: {{{quirk}: {value}}}\n")
    outcomes = written(tenant, updates(live(tenant)))
    all_done(tenant, outcomes, attempts=2 if quirk == "refusedFields" else 1)
    assert {method for method, _ in tenant.writes()} <= {"PATCH"}


def test_an_item_whose_field_is_off_goes_again_without_it(tenant: Workshop) -> None:
    """The same refusal, told of one item: the others are not sent twice."""
    seed = (tenant.root / "seed.yaml").read_text(encoding="utf-8")
    tenant.write(
        "seed.yaml", f"{seed}quirks: {{unknownValues: {{resource-collection.moon: NEW}}}}\n"
    )
    given = updates(live(tenant))
    sent: list[list[bool]] = []

    def counted(body: Any) -> Any:
        sent.append(["moon" in row["item"] for row in body["items"]])
        if len(sent) == 1:
            body["items"][1]["item"].pop("resources")
        return body

    def refused(body: Any) -> Any:
        said = {"error": {"reason": "moon is not allowed when feature flag is disabled"}}
        for row in body["items"]:
            if row["status"] == 500:
                row |= {"status": 400, "apiError": said}
        return body

    inner, outer = alter(counted, of="request"), alter(refused)
    tenant.around = lambda app: outer(inner(app))
    outcomes = written(tenant, given)
    assert sent == [[True] * COUNT, [False]]
    assert [each.attempts for each in outcomes if isinstance(each, Written)] == [1, 2, 1, 1]


MET = st.lists(
    st.one_of(
        # whether the tenant wrote the object, and what it says of it: nothing, no number, a status
        st.tuples(st.just(True), st.sampled_from([None, "ok", 200, 429, 500, 503])),
        st.tuples(st.just(False), st.sampled_from([None, "ok", 400, 409, 412, 429, 500, 503])),
    ),
    min_size=COUNT,
    max_size=COUNT,
)


@pytest.fixture(scope="module")
def seed_of_many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Workshop(tmp_path_factory.mktemp("many"))
    seeded(made, COUNT)
    live(made)
    return made.root


@examples(25)
@forall(met=MET, named=st.booleans())
def test_an_outcome_is_what_the_tenant_has(
    seed_of_many: Path, met: list[tuple[bool, Any]], named: bool
) -> None:
    """Whatever a call does and says of each item: what is told as written is written."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(seed_of_many, folder, dirs_exist_ok=True)
        tenant = Workshop(Path(folder))
        tenant.kept["test"] = (VirtualPacing(), FixedToken("root-token"))
        given = updates(live(tenant))

        def reached(body: Any) -> Any:
            return {
                "items": [row for row, (does, _) in zip(body["items"], met, strict=True) if does]
            }

        def told(_body: Any) -> Any:
            rows = [
                {"status": status, "href": f"/x/{each.object_id}"}
                | ({} if named else {"itemIdentifier": number})
                for number, (each, (_, status)) in enumerate(zip(given, met, strict=True), 1)
                if status is not None
            ]
            return {"items": rows}

        inner, outer = alter(reached, of="request"), alter(told)
        tenant.around = lambda app: outer(inner(app))
        outcomes = written(tenant, given)
        refused = [not does and status in (400, 409, 412) for does, status in met]
        assert [isinstance(each, TenantError) for each in outcomes] == refused
        has = described(tenant)
        assert [has[f"C {n:02}"] == "" for n in range(COUNT)] == refused
        singles = sum(not does and not no for (does, _), no in zip(met, refused, strict=True))
        assert [method for method, _ in tenant.writes()] == ["PATCH", *["PUT"] * singles]
