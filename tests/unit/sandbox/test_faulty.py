"""Each kind of fault, in-process: what a client sees, and what has happened behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.faults import KINDS, Fault, fault, faults, latency_of
from reconciler.sandbox.faulty import faulty
from reconciler.sandbox.misbehaviour import EFFECTS
from tests.unit.sandbox.little import Notes, calling

Story = Callable[[httpx2.AsyncClient, Notes], Awaitable[None]]


def told(story: Story, *lines: Any) -> Notes:
    """A story with a client of an application that has these faults."""
    notes = Notes()
    now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)

    async def run() -> None:
        async with calling(faulty(notes, faults(list(lines)), lambda: now)) as client:
            await story(client, notes)

    asyncio.run(run())
    return notes


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("429 retryAfter=2", "2"),
        ("429 retryAfter=date:90", "Mon, 23 Nov 2026 09:31:30 GMT"),
        ("429", None),
        ({"fault": 503, "retryAfter": 1}, "1"),
    ],
)
def test_a_refusal_says_when_to_come_back_as_it_is_told_to(line: Any, expected: str | None) -> None:
    async def story(client: httpx2.AsyncClient, notes: Notes) -> None:
        refused = await client.post("/notes", json={})
        assert refused.headers.get("retry-after") == expected
        assert notes.held == {}
        assert (await client.post("/notes", json={})).status_code == 201

    told(story, line)


@pytest.mark.parametrize("kind", ["500", "dropped", "html status=502", "302", "echo"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_what_fails_may_have_been_written(kind: str, when: str) -> None:
    kind = {"302": "redirect status=302"}.get(kind, kind)

    async def story(client: httpx2.AsyncClient, _: Notes) -> None:
        if kind == "dropped":
            with pytest.raises(httpx2.TransportError):
                await client.post("/notes", json={})
        else:
            assert (await client.post("/notes", json={})).status_code >= 300

    notes = told(story, f"{kind} on=POST when={when}")
    assert len(notes.held) == (when == "after")


def test_a_dropped_connection_is_a_transport_error() -> None:
    async def story(client: httpx2.AsyncClient, _: Notes) -> None:
        with pytest.raises(httpx2.TransportError):
            await client.get("/notes")
        assert (await client.get("/notes")).status_code == 200

    told(story, "dropped")


def test_half_an_answer_is_whole_http_and_broken_json_and_a_cut_one_is_broken_http() -> None:
    async def story(client: httpx2.AsyncClient, _: Notes) -> None:
        half = await client.get("/notes")
        assert half.status_code == 200
        assert int(half.headers["content-length"]) == len(half.content)
        with pytest.raises(json.JSONDecodeError):
            half.json()
        with pytest.raises(httpx2.TransportError):
            await client.get("/notes")

    told(story, "half-answer", "cut-answer")


@pytest.mark.parametrize("when", ["before", "after"])
def test_latency_beyond_the_time_out_is_a_time_out(when: str) -> None:
    async def story(client: httpx2.AsyncClient, _: Notes) -> None:
        with pytest.raises(httpx2.ReadTimeout):
            await client.post("/notes", json={}, timeout=0.5)

    notes = told(story, f"latency delay=60s when={when}")
    assert len(notes.held) == (when == "after")


def test_a_little_latency_changes_no_answer() -> None:
    async def story(client: httpx2.AsyncClient, _: Notes) -> None:
        for _number in range(3):
            assert (await client.get("/notes")).json() == {"data": [], "records": 0}

    told(story, {"fault": "latency", "delay": "1ms", "times": "always"})
    assert latency_of("50ms").delay == 0.05


def test_a_stale_read_is_of_before_the_last_write_even_where_nobody_had_read() -> None:
    async def story(client: httpx2.AsyncClient, _: Notes) -> None:
        assert (await client.post("/notes", json={"text": "one"})).json()["id"] == "n0"
        assert (await client.get("/notes/n0")).status_code == 404
        assert (await client.get("/notes")).json()["data"] == []
        await client.put("/notes/n0", json={"text": "two"})
        assert (await client.get("/notes/n0")).json()["text"] == "one"

    told(story, "stale-read times=always")


def test_a_stale_read_happens_once_and_only_after_a_write() -> None:
    async def story(client: httpx2.AsyncClient, _: Notes) -> None:
        assert (await client.get("/notes")).json()["records"] == 0
        await client.post("/notes", json={})
        assert (await client.get("/notes")).json()["records"] == 0
        assert (await client.get("/notes")).json()["records"] == 1

    told(story, "stale-read on=GET")


@pytest.mark.parametrize(("rows", "second"), [(1, ["n1", "n2"]), (-1, ["n3", "n4"])])
def test_rows_shift_between_pages(rows: int, second: list[str]) -> None:
    async def story(client: httpx2.AsyncClient, _: Notes) -> None:
        for _number in range(6):
            await client.post("/notes", json={})
        pages = [(await client.get("/notes", params={"page": n})).json() for n in range(2)]
        assert [[row["id"] for row in page["data"]] for page in pages] == [["n0", "n1"], second]

    told(story, f"shifting-pages on='GET /notes' times=always rows={rows}")


def test_a_page_of_a_proxy_a_null_and_a_redirect_are_what_they_say() -> None:
    async def story(client: httpx2.AsyncClient, _: Notes) -> None:
        page = await client.get("/notes")
        assert (page.status_code, page.headers["content-type"][:9]) == (200, "text/html")
        assert page.text.startswith("<!DOCTYPE html>")
        assert (await client.get("/notes")).content == b"null"
        moved = await client.get("/notes", params={"page": 1})
        assert moved.status_code == 307
        assert moved.headers["location"] == "https://evil.example/notes?page=1"

    told(story, "html", "null-body", "redirect to=https://evil.example")


def test_an_echo_repeats_the_token() -> None:
    async def story(client: httpx2.AsyncClient, _: Notes) -> None:
        refused = await client.get("/notes")
        assert refused.status_code == 400
        assert "Bearer tok" in refused.json()["message"]

    told(story, "echo")


def test_a_fault_counts_the_calls_that_it_is_on() -> None:
    async def story(client: httpx2.AsyncClient, _: Notes) -> None:
        await client.post("/notes", json={})
        seen = [(await client.get("/notes/n0")).status_code for _ in range(6)]
        assert seen == [200, 401, 401, 200, 200, 200]
        assert (await client.get("/notes")).status_code == 200

    told(story, "401 on='GET /notes/*' nth=2 times=2")


def test_chance_repeats_itself() -> None:
    seen: list[list[int]] = []

    async def story(client: httpx2.AsyncClient, _: Notes) -> None:
        seen.append([(await client.get("/notes")).status_code for _ in range(40)])

    told(story, "503 probability=0.5 seed=7")
    told(story, "503 probability=0.5 seed=7")
    assert seen[0] == seen[1]
    assert {200, 503} == set(seen[0])


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("explode", "there are dropped"),
        ("200", "there are dropped"),
        ("dropped when=later", "`before` or `after`"),
        ("dropped sometimes", "on="),
        ("dropped nth=0", "count from 1"),
        ("latency delay=fast", "50ms"),
        ("503 probability=2", "between 0 and 1"),
        ("503 colour=red", "it has fault"),
        ("503 on='GET /a /b'", "METHOD PATH"),
        ("429 retryAfter=soon", "seconds"),
        ("'", "quotation"),
        ({"on": "GET *"}, "503"),
        (["x"], "503"),
    ],
)
def test_what_is_no_fault_is_refused_with_what_could_be(wrong: Any, hint: str) -> None:
    with pytest.raises(SandboxError, match="PRJ150") as refused:
        fault(wrong)
    assert hint in refused.value.told.hint.lower() or hint in refused.value.told.hint


def test_faults_are_a_list() -> None:
    with pytest.raises(SandboxError, match="PRJ150"):
        faults({"fault": "dropped"})


def test_every_kind_that_is_told_of_does_something() -> None:
    assert set(KINDS) | {"refusal"} == {*EFFECTS, "latency"}


def test_a_fault_reads_the_same_from_a_line_and_from_a_mapping() -> None:
    line = fault("429 on='GET,PUT */user/*' nth=3 times=2 retryAfter=5")
    mapping = {"fault": 429, "on": "GET,PUT */user/*", "nth": 3, "times": 2, "retryAfter": 5}
    assert (
        line
        == fault(mapping)
        == Fault("refusal", ("GET", "PUT"), "*/user/*", 3, 2, status=429, retry_after="5")
    )
