"""`reconciler vendors`: what each system offers, and why it does not offer the rest."""

from __future__ import annotations

import json

import pytest

from reconciler.cli.group import run
from reconciler.contract.discover import discover
from reconciler.contract.table import answers


@pytest.fixture
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    columns: int = request.param
    monkeypatch.setenv("COLUMNS", str(columns))
    return columns


@pytest.mark.parametrize("width", [80, 120], indirect=True)
def test_the_table_has_each_reason_and_fits(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["vendors"]) == 0
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= width
    in_one_line = " ".join(said.split())
    for vendor in discover().values():
        assert vendor.title in said
        for each in answers(vendor):
            if not each.is_given:
                assert f"{each.reason} ({each.document})" in in_one_line


def test_machines_get_every_hook(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["vendors", "cxone", "--format", "json"]) == 0
    (vendor,) = json.loads(capsys.readouterr().out)["vendors"]
    rows = [(each["kind"] or "", each["hook"], each["offered"]) for each in vendor["hooks"]]
    wanted = answers(discover()["cxone"])
    assert rows == [(each.kind, each.name, each.is_given) for each in wanted]
    assert {"kind": "Role", "hook": "copies"}.items() <= vendor["hooks"][10].items()
    assert "accessKey" in vendor["credentials"]


def test_a_system_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["vendors", "webexc"]) == 1
    said = capsys.readouterr().err
    assert "RUN108" in said
    assert "webexcc" in said
