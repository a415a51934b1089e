"""Credentials in the project file: where they are, never what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli.group import run
from reconciler.contract.discover import discover
from reconciler.manifests.credentials import (
    FromCommand,
    FromEnvironment,
    FromFile,
)
from reconciler.manifests.project import Tenant, load_project
from reconciler.model.diagnostic import InvalidInputError

CANARY = "canary-OGZ1-3c41_PF84_2f9eecc5"


def write(folder: Path, credentials: str) -> None:
    (folder / "reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Project\ntenants:\n"
        "  live: {vendor: webexcc, manifests: [a.yaml], region: eu1, "
        "organization: 2f9eecc5-0472-4549-9a83-2afdae0d4ba1, "
        f"credentials: {credentials}}}\n",
        encoding="utf-8",
    )


def live(folder: Path, credentials: str) -> Tenant:
    write(folder, credentials)
    return load_project(folder, discover(), {}).tenants["live"]


def test_an_access_key_has_two_parts(tmp_path: Path) -> None:
    write(tmp_path, "{accessKey: {id: {env: ID}, secret: {file: f}}}")
    file = tmp_path / "reconciler.yaml"
    file.write_text(file.read_text("utf-8").replace("webexcc", "cxone").replace("eu1", "na1"))
    found = load_project(tmp_path, discover(), {}).tenants["live"].credentials
    key = {"id": FromEnvironment(env="ID"), "secret": FromFile(file="f")}
    assert found == {"accessKey": key}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{env: TOKEN}", FromEnvironment(env="TOKEN")),
        ("{file: /run/secrets/token}", FromFile(file="/run/secrets/token")),
        ("{command: [op, read, 'op://a b']}", FromCommand(command=["op", "read", "op://a b"])),
        (
            "{serviceApp: {id: {env: ID}, secret: {command: [x]}, refreshToken: {file: f}}}",
            {
                "serviceApp": {
                    "id": FromEnvironment(env="ID"),
                    "secret": FromCommand(command=["x"]),
                    "refreshToken": FromFile(file="f"),
                }
            },
        ),
    ],
)
def test_the_ways_to_say_where_they_are(tmp_path: Path, written: str, read: object) -> None:
    assert live(tmp_path, written).credentials == read


APP = "{serviceApp: {id: {env: ID}, secret: {env: S}, refreshToken: {env: R}}}"


@pytest.mark.parametrize(
    ("written", "code", "summary"),
    [
        (CANARY, "PRJ160", "must not be written here"),
        (f"'Bearer {CANARY}'", "PRJ160", "must not be written here"),
        (f"[{CANARY}]", "PRJ160", "must not be written here"),
        (f"{{token: {CANARY}}}", "PRJ160", "has no `token`"),
        (f"{{env: TOKEN, token: {CANARY}}}", "PRJ160", "has no `token`"),
        (f"{{{CANARY}: TOKEN}}", "PRJ160", "has no this key"),
        (f"{{env: {CANARY}}}", "PRJ160", "not a valid name of an environment variable"),
        ("{env: ''}", "PRJ160", "`env` wants text"),
        ("{env: 7}", "PRJ160", "`env` wants text"),
        (f"{{command: {CANARY}}}", "PRJ160", "a program and its arguments"),
        ("{command: []}", "PRJ160", "names no program"),
        ("{env: A, file: b}", "PRJ160", "exactly one"),
        ("{}", "PRJ160", "exactly one"),
        (f"{{keyring: {CANARY}}}", "PRJ161", "`keyring` is not in this version"),
        (f"{{serviceApp: {CANARY}}}", "PRJ160", "the service app must not be written here"),
        (f"{{accessKey: {CANARY}}}", "PRJ160", "the access key must not be written here"),
        (f"{{accessKey: {{id: {CANARY}, secret: {{env: S}}}}}}", "PRJ160", "`id` must not"),
        (f"{{accessKey: {{id: {{env: I}}, secret: {CANARY}}}}}", "PRJ160", "`secret` must not"),
        ("{accessKey: {id: {env: I}}}", "PRJ102", "the access key has no `secret`"),
        ("{accessKey: {id: {env: I}, secret: {env: S}}}", "PRJ161", "takes no `accessKey`"),
        (APP.replace("{env: S}", CANARY), "PRJ160", "`secret` must not be written here"),
        (APP.replace("{env: R}", f"{{token: {CANARY}}}"), "PRJ160", "has no `token`"),
        (APP.replace("{env: ID}", "{command: [x]}"), "PRJ160", "has no `command`"),
        (APP.replace("id: {env: ID}, ", ""), "PRJ102", "the service app has no `id`"),
        (APP.replace("{id", f"{{password: {CANARY}, id"), "PRJ160", "has no `password`"),
    ],
)
def test_what_may_be_a_secret_is_refused_and_never_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], written: str, code: str, summary: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        live(tmp_path, written)
    found = caught.value.diagnostics
    assert [each.code for each in found] == [code] * len(found)
    assert summary in found[0].summary
    assert found[0].hint
    for command in (["plan"], ["plan", "--format", "json"], ["validate", "-v"]):
        assert run(["-C", str(tmp_path), *command]) == 1
    said = capsys.readouterr()
    assert code in said.err
    assert "reconciler.yaml:4:" in said.err
    assert "canary" not in said.out + said.err


@pytest.mark.parametrize(
    ("written", "summary"),
    [
        (CANARY, "`audit` holds where the credentials are"),
        (f"[{CANARY}]", "`audit` holds where the credentials are"),
        (f"{{token: {CANARY}}}", "`audit` has no `token`"),
        (f"{{credentials: {CANARY}}}", "must not be written here"),
        (f"{{credentials: {{token: {CANARY}}}}}", "has no `token`"),
        (f"{{credentials: {{env: {CANARY}}}}}", "not a valid name of an environment variable"),
    ],
)
def test_nor_is_the_secret_of_the_audit_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], written: str, summary: str
) -> None:
    write(tmp_path, f"{{env: TOKEN}}, audit: {written}")
    with pytest.raises(InvalidInputError) as caught:
        load_project(tmp_path, discover(), {})
    assert [each.code for each in caught.value.diagnostics] == ["PRJ160"]
    assert summary in caught.value.diagnostics[0].summary
    assert run(["-C", str(tmp_path), "validate", "-v"]) == 1
    said = capsys.readouterr()
    assert "reconciler.yaml:4:" in said.err
    assert "canary" not in said.out + said.err


def test_beside_what_may_be_a_secret_nothing_else_is_told(tmp_path: Path) -> None:
    write(tmp_path, CANARY)
    text = (tmp_path / "reconciler.yaml").read_text().replace("region", "regoin")
    (tmp_path / "reconciler.yaml").write_text(text)
    with pytest.raises(InvalidInputError) as caught:
        load_project(tmp_path, discover(), {})
    assert [each.code for each in caught.value.diagnostics] == ["PRJ160"]
    assert "canary" not in repr(caught.value.diagnostics)
