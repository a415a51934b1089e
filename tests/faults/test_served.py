"""A served sandbox on a real socket: limits, faults, and how it begins and ends."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import httpx2
import pytest

from tests.served import serving
from tests.systems import needs_signals
from tests.workshop import ORGANIZATION, Terminal, Workshop

SITES = f"/organization/{ORGANIZATION}/v2/site"


@pytest.fixture
def root(workshop: Workshop) -> Path:
    workshop.manifests()
    return workshop.root


def test_it_answers_as_the_one_in_process_and_says_how_to_use_it(root: Path) -> None:
    with serving(root) as served, served.client() as client:
        answer = client.get(SITES)
        assert [row["name"] for row in answer.json()["data"]] == ["Berlin", "Lisbon"]
        assert f'sandbox: {{url: "{served.url}"}}' in served.said
        assert f"organization: {ORGANIZATION}" in served.said
        assert "300/min" in served.said
        assert "root-token" not in served.said


def test_what_else_the_tenant_needs_is_named(root: Path, terminal: Terminal) -> None:
    serve = ("sandbox", "serve", "--port", "0", "--for", "0.1")
    assert "    # and the" not in terminal(*serve).out
    project = (root / "reconciler.yaml").read_text(encoding="utf-8")
    facts = "    facts: {analyzerFolders: {Stock: {id: 1, stock: true}}}\n"
    (root / "reconciler.yaml").write_text(project + facts, encoding="utf-8")
    assert "    # and the facts of test\n" in terminal(*serve).out


@needs_signals
@pytest.mark.parametrize(
    ("by", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_it_stops_cleanly_though_connections_are_open(
    root: Path, by: signal.Signals, code: int
) -> None:
    with serving(root) as served, served.client() as client:
        client.get(SITES)
        ended, said = served.stopped(by)
    assert (ended, said) == (code, "Stopped.\n")


def test_it_stops_by_itself_and_then_the_port_is_free(root: Path, terminal: Terminal) -> None:
    said = terminal("sandbox", "serve", "--port", "0", "--for", "0.1")
    assert (said.code, said.err) == (0, "Stopped.\n")
    port = said.out.partition("127.0.0.1:")[2].partition(";")[0]
    assert terminal("sandbox", "serve", "--port", port, "--for", "0.1").code == 0


def test_a_port_in_use_is_told_in_clear_words(root: Path, terminal: Terminal) -> None:
    with serving(root) as served:
        port = served.url.rpartition(":")[2]
        said = terminal("sandbox", "serve", "--port", port, "--for", "0.1")
    assert said.code == 1
    assert f"error[PRJ151]: port {port} is in use" in said.err
    assert "--port" in said.err.splitlines()[1]


def test_the_request_over_the_limit_is_a_429_with_retry_after(root: Path) -> None:
    with serving(root, "--rate", "2/h") as served, served.client() as client:
        assert [client.get(SITES).status_code for _ in range(3)] == [200, 200, 429]
        refused = client.get(SITES)
        assert (refused.status_code, refused.content) == (429, b"")
        assert 3590 <= int(refused.headers["retry-after"]) <= 3600


def test_a_rate_of_off_limits_nothing(root: Path) -> None:
    with serving(root, "--rate", "off") as served, served.client() as client:
        assert {client.get(SITES).status_code for _ in range(305)} == {200}


def test_faults_of_a_file_and_of_the_line_happen_on_the_wire(root: Path) -> None:
    (root / "faults.yaml").write_text(
        "- dropped\n- fault: cut-answer\n  on: GET */site\n  nth: 2\n", encoding="utf-8"
    )
    options = ("--faults", "faults.yaml", "--fault", "half-answer nth=3", "--latency", "1ms")
    with serving(root, *options) as served, served.client() as client:
        assert "faults      4" in served.said
        with pytest.raises(httpx2.RemoteProtocolError):
            client.get(SITES)
        with pytest.raises(httpx2.RemoteProtocolError):
            client.get(SITES)
        with pytest.raises(json.JSONDecodeError):
            client.get(SITES).json()
        assert client.get(SITES).json()["meta"]["totalRecords"] == 2


def test_files_are_looked_for_in_the_folder_of_the_project(
    root: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "faults.yaml").write_text("- 503\n", encoding="utf-8")
    (root / "elsewhere").mkdir()
    monkeypatch.chdir(root / "elsewhere")
    options = ("-C", "..", "--port", "0", "--for", "0.1", "--faults", "faults.yaml")
    said = terminal("sandbox", "serve", *options)
    assert said.code == 0, said.err
    assert "faults      1" in said.out


def test_a_connection_dropped_after_the_write_has_written(root: Path, workshop: Workshop) -> None:
    listed = f"/organization/{ORGANIZATION}/v2/resource-collection"
    with serving(root, "--fault", "dropped on=POST when=after") as served:
        with served.client() as client, pytest.raises(httpx2.TransportError):
            client.post(f"/organization/{ORGANIZATION}/resource-collection", json=collection())
        with served.client() as client:
            assert [row["name"] for row in client.get(listed).json()["data"]] == ["Lost"]


def test_a_reset_reaches_a_served_one(root: Path, terminal: Terminal) -> None:
    path = f"/organization/{ORGANIZATION}/resource-collection"
    with serving(root) as served, served.client() as client:
        made = client.post(path, json=collection()).json()
        assert client.get(f"{path}/{made['id']}").status_code == 200
        assert terminal("sandbox", "reset").code == 0
        assert client.get(f"{path}/{made['id']}").status_code == 404
        assert client.get(SITES).json()["meta"]["totalRecords"] == 2


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--rate", "lots"), "`lots` is not a valid rate"),
        (("--fault", "explode"), "PRJ150"),
        (("--faults", "nowhere.yaml"), "PRJ150"),
        (("--faults", "map.yaml"), "PRJ150"),
        (("--faults", "twice.yaml"), "YML102"),
        (("--latency", "soon"), "50ms"),
        (("--for", "0"), "--for"),
        (("--port", "70000"), "--port"),
    ],
)
def test_what_cannot_be_served_is_told(
    root: Path, terminal: Terminal, options: tuple[str, ...], expected: str
) -> None:
    (root / "map.yaml").write_text("fault: dropped\n", encoding="utf-8")
    (root / "twice.yaml").write_text("- {fault: 503, fault: 502}\n", encoding="utf-8")
    said = terminal("sandbox", "serve", "--port", "0", "--for", "0.1", *options)
    assert said.code == 1
    assert expected in said.err
    assert "Traceback" not in said.err


def collection() -> dict[str, object]:
    """A body that names every type, as the service wants it."""
    whole = ("site", "channel", "team", "queue")
    types = (
        "multimedia-profile", "override", "holiday-list", "audio-prompt", "flow", "skill-profile",
        "skill-definition", "outdial-ani", "sub-flow", "desktop-layout", "working-hour",
        "function", "desktop-profile", "idle-wrapup-code", "cad-variable", "address-book",
    )  # fmt: skip
    rows = [{"name": name, "accessLevel": "ALL"} for name in whole]
    return {"name": "Lost", "resources": rows + [{"name": n, "accessLevel": "NONE"} for n in types]}
