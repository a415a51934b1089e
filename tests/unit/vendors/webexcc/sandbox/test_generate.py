"""Made-up tenants: the mix of sizes, the same each time, valid, and what their manifests say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bench.corpus import PROJECT
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.generated import FILES, seed_text, write_manifests
from reconciler.sandbox.store import Store
from reconciler.vendors.webexcc.sandbox.catalogue import RESOURCE_TYPES
from reconciler.vendors.webexcc.sandbox.generate import Size, expanded, generated
from reconciler.vendors.webexcc.sandbox.tenant import WebexSandbox
from tests.workshop import Terminal


def read(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize(
    ("objects", "collections", "profiles", "users"),
    [(3, 1, 1, 1), (100, 1, 5, 94), (10_000, 100, 500, 9_400), (200_000, 1_000, 10_000, 189_000)],
)
def test_the_mix_is_94_and_5_and_1_of_a_hundred(
    objects: int, collections: int, profiles: int, users: int
) -> None:
    size = Size(objects)
    assert (size.collections, size.profiles, size.users) == (collections, profiles, users)
    assert size.stock == max(3, objects // 100)


def test_the_same_numbers_make_the_same_tenant_and_others_another() -> None:
    one, again, other = (generated(Size(300, number)) for number in (1, 1, 2))
    assert seed_text(one.seed()) == seed_text(again.seed())
    assert list(one.manifests()) == list(again.manifests())
    assert list(one.manifests()) != list(other.manifests())
    assert one.short["organization"] != other.short["organization"]


def test_the_text_of_a_seed_means_the_seed_and_its_short_form_stands_for_it() -> None:
    made = generated(Size(120, 7))
    assert read(seed_text(made.seed())) == made.seed()
    assert expanded(read(seed_text(made.short))["generate"]) == made.seed()
    odd = {"a": ["no", "1e3", "x: y", "", "é", " s", "s ", "#c"], "b": {"n": 1, "t": True}}
    assert read(seed_text(odd)) == odd


def test_a_generated_tenant_has_all_twenty_types(tmp_path: Path) -> None:
    sandbox = WebexSandbox(tmp_path / "t.db", generated(Size(500)).short)
    sandbox.close()
    store = Store(tmp_path / "t.db")
    # the service has a multimedia profile of its own
    assert {store.count(kind) for kind in RESOURCE_TYPES if kind != "multimedia-profile"} == {5}
    assert (store.count("user"), store.count("user-profile")) == (470 + 1, 25 + 1)
    store.close()


@pytest.mark.parametrize(
    "section", [5, {}, {"objects": 2}, {"objects": "9"}, {"objects": True}, {"objects": 9, "x": 1}]
)
def test_what_cannot_be_generated_is_a_wrong_seed(tmp_path: Path, section: Any) -> None:
    seed = dict(generated(Size(9)).short) | {"generate": section}
    with pytest.raises(SandboxError, match="generate: "):
        WebexSandbox(tmp_path / "t.db", seed)


def test_what_a_seed_says_beside_generate_takes_the_place_of_what_is_made_up(
    tmp_path: Path,
) -> None:
    people = [{"email": "me@x.example", "token": "mine"}]
    seed = dict(generated(Size(10)).short) | {"identities": people}
    sandbox = WebexSandbox(tmp_path / "t.db", seed)
    assert sandbox.token("me@x.example") == "mine"
    sandbox.close()


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("objects", [3, 7, 250])
def test_a_plan_of_its_manifests_finds_nothing_to_change(
    terminal: Terminal, objects: int, number: int
) -> None:
    made = ("--objects", str(objects), "--seed", str(number))
    said = terminal("sandbox", "seed", *made, "-o", "seed.yaml", "--manifests", "access")
    assert (said.code, said.out) == (0, "")
    (terminal.root / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
    planned = terminal("plan", "--format", "json")
    assert planned.code == 0, planned.out + planned.err
    summary = {key: count for key, count in planned.json["summary"].items() if count}
    assert summary == {"adopt": objects}
    found = {each["code"] for each in planned.json["findings"]}
    assert found <= {"PLN134"}, planned.json["findings"]
    assert terminal("apply", "--auto-approve").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_a_seed_goes_to_stdout_and_writes_nothing_over(terminal: Terminal) -> None:
    said = terminal("sandbox", "seed", "--objects", "12")
    assert said.code == 0
    assert read(said.out)["users"][0]["email"] == "root@bench.example"
    large = terminal("sandbox", "seed", "--objects", "100000", "--seed", "4")
    assert read(large.out)["generate"] == {"objects": 100_000, "seed": 4}
    assert len(large.out.splitlines()) < 10
    (terminal.root / "there.yaml").write_text("mine", encoding="utf-8")
    refused = terminal("sandbox", "seed", "-o", "there.yaml")
    assert (refused.code, "PRJ152" in refused.err) == (1, True)
    assert (terminal.root / "there.yaml").read_text(encoding="utf-8") == "mine"
    unknown = terminal("sandbox", "seed", "--vendor", "nobody")
    assert (unknown.code, "--vendor: webexcc" in unknown.err) == (1, True)


def test_manifests_are_spread_over_a_few_files(tmp_path: Path) -> None:
    assert write_manifests(tmp_path / "many", (f"n{n}\n" for n in range(45))) == 15
    assert write_manifests(tmp_path / "few", ["a\n", "b\n"]) == 2
    assert write_manifests(tmp_path / "none", []) == 0
    parts = sorted((tmp_path / "many").iterdir())
    assert len(parts) <= FILES
    whole = "".join(part.read_text(encoding="utf-8") for part in parts)
    assert whole == "".join(f"n{n}\n" for n in range(45))
