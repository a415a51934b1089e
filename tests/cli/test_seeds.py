"""Seeds of sandbox tenants, of every vendor: faults with their places, changes that are noticed."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from reconciler.sandbox.store import Store
from tests.vendors import CATALOGUES
from tests.workshop import Said, Terminal

SEED = {name: each.example_seed for name, each in CATALOGUES.items()}
TENANT = {name: each.example_tenant for name, each in CATALOGUES.items()}
FAULTS = {name: each.seed_faults for name, each in CATALOGUES.items()}
PLACES = {name: each.fault_places for name, each in CATALOGUES.items()}


@pytest.fixture(params=CATALOGUES)
def vendor(request: pytest.FixtureRequest, terminal: Terminal) -> str:
    """A vendor whose example is in the terminal's folder."""
    name: str = request.param
    shutil.copytree(CATALOGUES[name].example, terminal.root, dirs_exist_ok=True)
    return name


def change(terminal: Terminal, vendor: str, before: str, after: str) -> None:
    file = terminal.root / SEED[vendor]
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")


def test_a_seed_that_was_changed_is_said_by_every_command_until_a_reset(
    vendor: str, terminal: Terminal
) -> None:
    tenant = TENANT[vendor]
    assert "PRJ176" not in terminal("plan").err
    change(terminal, vendor, "organization:", "# a comment\norganization:")
    for command in (
        ("plan",),
        ("plan", "--format", "json"),
        ("drift",),
        ("sandbox", "act"),
        ("sandbox", "serve", "--port", "0", "--for", "0.1"),
        ("import", "--all", "--dry-run"),
    ):
        said = terminal(*command)
        assert said.err.count("PRJ176") == 1, command
        assert f"reconciler sandbox reset {tenant}" in said.err
        assert SEED[vendor] in said.err
    assert terminal("sandbox", "reset", tenant).code == 0
    assert "PRJ176" not in terminal("plan").err


def test_a_seed_as_it_was_is_not_changed(vendor: str, terminal: Terminal) -> None:
    terminal("plan")
    change(terminal, vendor, "organization:", "# a comment\norganization:")
    change(terminal, vendor, "# a comment\n", "")
    assert "PRJ176" not in terminal("plan").err


def test_data_of_a_former_version_are_taken_for_those_of_the_seed(
    vendor: str, terminal: Terminal
) -> None:
    terminal("plan")
    store = Store(terminal.root / ".reconciler" / "sandbox" / f"{TENANT[vendor]}.db")
    store.remove("meta", "seed digest")
    store.close()
    assert "PRJ176" not in terminal("plan").err
    change(terminal, vendor, "organization:", "# a comment\norganization:")
    assert "PRJ176" in terminal("plan").err


def test_every_fault_of_a_seed_is_said_at_once_with_its_line_and_column(
    vendor: str, terminal: Terminal
) -> None:
    (terminal.root / SEED[vendor]).write_text(FAULTS[vendor], "utf-8")
    said = terminal("plan")
    assert said.code == 1
    assert _places(said, SEED[vendor]) == PLACES[vendor], said.err
    assert said.err.count("error[PRJ125]") == len(PLACES[vendor])
    # who only has a role or profile that is wrong itself is no fault of their own
    assert "a@x.example" not in said.err
    # nothing was kept
    (terminal.root / SEED[vendor]).write_text(_sound(vendor), "utf-8")
    assert terminal("plan").code in (0, 1)
    assert "PRJ125" not in terminal("plan").err


def _sound(vendor: str) -> str:
    return (CATALOGUES[vendor].example / SEED[vendor]).read_text("utf-8")


def _places(said: Said, file: str) -> set[tuple[int, int]]:
    found = set()
    for line in said.err.splitlines():
        if line.strip().startswith(f"--> {file}:"):
            _, number, column = line.strip().split(":")
            found.add((int(number), int(column)))
    return found


def test_faults_of_a_seed_are_json_too(vendor: str, terminal: Terminal) -> None:
    (terminal.root / SEED[vendor]).write_text(FAULTS[vendor], "utf-8")
    document: Any = terminal("plan", "--format", "json").json
    assert "PRJ125" in str(document)


def test_data_of_another_organization_have_a_code_of_their_own(
    vendor: str, terminal: Terminal
) -> None:
    terminal("plan")
    text = _sound(vendor)
    (number,) = {
        line.split("id: ")[1][:36] for line in text.splitlines() if "organization:" in line
    }
    change(terminal, vendor, number, "11111111-2222-4333-8444-555555555555")
    said = terminal("plan")
    assert (said.code, "PRJ175" in said.err, "sandbox reset" in said.err) == (1, True, True)


def test_no_single_sandbox_is_the_one_meaning_of_prj124(vendor: str, terminal: Terminal) -> None:
    project = terminal.root / "reconciler.yaml"
    text = project.read_text("utf-8")
    name = TENANT[vendor]
    block = text[text.index(f"  {name}:") :]
    second = block.replace(name, "second").replace("&", "#")
    project.write_text(f"{text}{second}", "utf-8")
    both = ("--tenant", name, "--tenant", "second")
    assert "PRJ124" in terminal("sandbox", "act", *both).err
    assert terminal("sandbox", "reset", "second").code == 0


def test_what_is_served_says_which_credentials_its_seed_can_have(
    vendor: str, terminal: Terminal
) -> None:
    serve = ("sandbox", "serve", "--port", "0", "--for", "0.1")
    said = terminal(*serve)
    if " token: " in _sound(vendor):
        assert "credentials: {env: SANDBOX_TOKEN}" in said.out
        assert "`token` of an identity" in said.out
        return
    assert "credentials: {accessKey: {id: {env: SANDBOX_ID}" in said.out
    assert "`token`" not in said.out
    change(terminal, vendor, ", accessKey: {id: SANDBOX-KEY, secret: sandbox-secret}", "")
    assert "No identity there has one yet" in terminal(*serve).out


def test_the_help_of_serve_names_what_identities_sign_in_with(terminal: Terminal) -> None:
    said = terminal("sandbox", "serve", "--help").out
    for each in ("`token`", "`serviceApp`", "`accessKey`"):
        assert each in said


@pytest.mark.parametrize("key", ["user", "USER"])
def test_people_are_made_and_deleted_and_come_back_as_somebody_else(
    vendor: str, terminal: Terminal, key: str
) -> None:
    email = "new.person@x.example"
    again = email.upper() if key == "USER" else email

    def act(action: str, **more: str) -> Said:
        words = [f"{name}={value}" for name, value in more.items()]
        return terminal("sandbox", "act", action, *words)

    assert act("create-user", user=email).code == 0
    first = _person(terminal, vendor, email)
    assert act("create-user", user=again).code == 1
    assert act("delete-user", user=email).code == 0
    assert _person(terminal, vendor, email) is None
    assert act("delete-user", user=email).code == 1
    assert act("create-user", user=email).code == 0
    second = _person(terminal, vendor, email)
    assert first is not None
    assert second is not None
    assert first["id"] != second["id"]
    assert act("create-user").code == 1


def test_nobody_deletes_themselves(vendor: str, terminal: Terminal) -> None:
    listed = terminal("sandbox", "act", "create-user", "user=x@x.example").out
    who = listed.partition(":")[0]
    said = terminal("sandbox", "act", "delete-user", f"user={who}")
    assert (said.code, "PRJ127" in said.err) == (1, True)


def _person(terminal: Terminal, vendor: str, email: str) -> dict[str, Any] | None:
    store = Store(terminal.root / ".reconciler" / "sandbox" / f"{TENANT[vendor]}.db")
    try:
        return store.named("user", email)
    finally:
        store.close()


@pytest.mark.parametrize(
    ("vendor_name", "people", "row"),
    [
        ("webexcc", "users", "  - {email: late@x.example, profile: Nobody}\n"),
        ("cxone", "employees", "  - {email: late@x.example, primaryRole: Nobody}\n"),
    ],
)
def test_a_fault_of_a_large_seed_has_its_line_too(
    terminal: Terminal, vendor_name: str, people: str, row: str
) -> None:
    made = ("--vendor", vendor_name, "--objects", "4990", "-o", "seed.yaml")
    assert terminal("sandbox", "seed", *made).code == 0
    lines = (terminal.root / "seed.yaml").read_text("utf-8").splitlines(keepends=True)
    place = lines.index(f"{people}:\n") + 2000
    lines.insert(place, row)
    text = "".join(lines)
    assert len(text) > 256 * 1024
    (terminal.root / "seed.yaml").write_text(text, "utf-8")
    (terminal.root / "reconciler.yaml").write_text(
        f"apiVersion: reconciler/v1\nkind: Project\ntenants:\n  test:\n    vendor: {vendor_name}\n"
        '    manifests: ["access/*.yaml"]\n    sandbox: {seed: seed.yaml}\n',
        "utf-8",
    )
    assert _places(terminal("sandbox", "act"), "seed.yaml") == {(place + 1, 5)}
