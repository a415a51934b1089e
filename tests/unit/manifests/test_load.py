from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

from reconciler.contract.discover import discover
from reconciler.contract.vendor import Vendor
from reconciler.manifests import schema
from reconciler.manifests.contents import content
from reconciler.manifests.load import Loaded, load
from reconciler.manifests.positions import attach
from tests.workshop import COLLECTION, PROFILE, USER


def loaded(folder: Path, *texts: str) -> Loaded:
    files = []
    for number, text in enumerate(texts):
        files.append(f"{number}.yaml")
        (folder / files[-1]).write_text(text, encoding="utf-8")
    return load(folder, "t", files, discover())


def told(folder: Path, *texts: str) -> list[tuple[str, str, str]]:
    """Code, summary and hint of each diagnostic."""
    found = loaded(folder, *texts)
    return [(d.code, d.summary, d.hint) for d in attach(found.diagnostics, found.read)]


def test_resources_are_sorted_by_address(tmp_path: Path) -> None:
    found = loaded(tmp_path, USER, PROFILE + COLLECTION)
    assert [str(each.address) for each in found.resources] == [
        "t/webexcc/ResourceCollection/billing",
        "t/webexcc/User/sam@northwind.example",
        "t/webexcc/UserProfile/lead",
    ]
    assert not found.diagnostics


def test_the_envelope_is_understood(tmp_path: Path) -> None:
    text = COLLECTION.replace(
        "{name: billing}",
        "{name: billing, labels: {client: contoso}, previousNames: [old], lifecycle: "
        "{preventDestroy: true, ignoreChanges: [spec.description]}}",
    )
    (resource,) = loaded(tmp_path, text).resources
    assert resource.labels == {"client": "contoso"}
    assert resource.previous_names == ("old",)
    assert resource.lifecycle.prevent_destroy
    assert resource.lifecycle.ignore_changes == ("spec.description",)


@pytest.mark.parametrize(
    ("text", "code", "summary", "hint"),
    [
        ("just text", "SCH110", "this is not a manifest", "a manifest is a mapping"),
        ("[1]", "SCH110", "this is not a manifest", "a manifest is a mapping"),
        (COLLECTION.replace("webexcc/v1", "webexcc/v2"), "SCH111", "`webexcc/v2`", "`webexcc/v1`"),
        (COLLECTION.replace("Collection", "Colection"), "SCH112", "Colection", "did you mean"),
        (COLLECTION.replace("spec:", "specs:"), "SCH101", "`specs`", "mean `spec`"),
        (COLLECTION.replace("kind: ResourceCollection\n", ""), "SCH102", "`kind` is missing", ""),
        (COLLECTION.replace("name: Billing\n", "name: 012\n"), "SCH103", "not 012", '"012"'),
        (COLLECTION.replace("name: Billing\n", "nam: x\n"), "SCH101", "`nam`", "`name`"),
        (COLLECTION.replace("name: Billing\n", "name:\n"), "SCH103", "there is no value", "give"),
        (COLLECTION.replace("name: Billing\n", "name: [a]\n"), "SCH103", "not a list", ""),
        (COLLECTION.replace("[Billing EN]", "[1.10]"), "SCH103", "not 1.10", '"1.10"'),
        (COLLECTION.replace("[Billing EN]", "[{nam: x}]"), "SCH101", "`nam`", "`name`"),
        (COLLECTION.replace("[Billing EN]", "{a: b}"), "SCH103", "not a mapping", ""),
        (COLLECTION.replace("{name: billing}", "{name: Billing}"), "SCH113", "`Billing`", "lower"),
        (COLLECTION.replace("{name: billing}", "{name: a/b}"), "SCH113", "`a/b`", ""),
        (USER.replace("sam@", "Sam@"), "SCH113", "not in lower case", "sam@northwind.example"),
        (
            USER.replace("sam@northwind.example", "sam"),
            "SCH113",
            "`sam` is not a valid e-mail address",
            "",
        ),
        (PROFILE.replace("  permissions:", "  fullAccess: false\n  permissions:"), "SCH104",
         "`false` is not possible", "true"),
        (COLLECTION.replace("{name: billing}",
                            "{name: billing, lifecycle: {ignoreChanges: [description]}}"),
         "SCH114", "`description`", "spec.description"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_clear_diagnostic(
    tmp_path: Path, text: str, code: str, summary: str, hint: str
) -> None:
    found = told(tmp_path, text)
    assert [each[0] for each in found] in ([code], [code, "SCH102"])
    assert summary in found[0][1]
    assert hint in found[0][2]


def test_two_manifests_of_one_address_show_both_places(tmp_path: Path) -> None:
    (found,) = told(tmp_path, COLLECTION, "# x\n" + COLLECTION)
    assert found[0] == "REF101"
    assert "the other one is at 0.yaml:2" in found[1]


def test_a_former_name_that_is_still_declared_is_refused(tmp_path: Path) -> None:
    renamed = COLLECTION.replace("{name: billing}", "{name: sales, previousNames: [billing]}")
    assert [each[0] for each in told(tmp_path, COLLECTION, renamed)] == ["REF102"]


def test_a_former_name_that_two_claim_is_refused(tmp_path: Path) -> None:
    first = COLLECTION.replace("{name: billing}", "{name: a, previousNames: [old]}")
    second = COLLECTION.replace("{name: billing}", "{name: b, previousNames: [old]}")
    assert [each[0] for each in told(tmp_path, first, second)] == ["REF102"]


def test_a_file_that_cannot_be_read_is_told_and_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(COLLECTION)
    found = load(tmp_path, "t", ["good.yaml", "gone.yaml"], discover())
    assert len(found.resources) == 1
    assert [each.code for each in found.diagnostics] == ["YML108"]


def test_the_digest_follows_names_and_bytes(tmp_path: Path) -> None:
    first = loaded(tmp_path, COLLECTION).digest
    assert loaded(tmp_path, COLLECTION).digest == first
    assert loaded(tmp_path, COLLECTION + "# a comment\n").digest != first


@pytest.mark.parametrize("enabled", [True, False])
def test_a_load_leaves_garbage_collection_as_it_was(tmp_path: Path, *, enabled: bool) -> None:
    def gone(_: str) -> dict[str, Vendor]:
        raise RuntimeError

    was = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        loaded(tmp_path, COLLECTION)
        assert gc.isenabled() is enabled
        with pytest.raises(RuntimeError):
            load(tmp_path, "t", map(gone, ["a.yaml"]), discover())  # type: ignore[arg-type]
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was else gc.disable)()


def test_what_is_given_is_read_from_no_file(tmp_path: Path) -> None:
    found = load(tmp_path, "t", ["<stdin>"], discover(), given={"<stdin>": USER.encode()})
    assert [each.origin.file for each in found.resources] == ["<stdin>"]
    assert found.read("<stdin>") == USER.encode()
    assert not load(tmp_path, "t", ["-"], discover(), given={"-": b""}).diagnostics


def test_a_file_may_have_a_name_that_is_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.yaml")
    (tmp_path / name).write_text(USER)
    found = load(tmp_path, "t", [name], discover())
    assert len(found.resources) == 1
    assert len(found.digest) == 32


def test_a_file_that_grows_while_it_is_read_is_read_whole(tmp_path: Path) -> None:
    # the files of /proc say that they are empty, and are not
    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc")
    data = content(Path("/proc/self"), "status")
    assert isinstance(data, bytes)
    assert data.count(b"\n") > 10


def test_one_document_is_validated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is right is never explained: that would cost more than all the rest."""
    explained: list[object] = []
    monkeypatch.setattr(schema, "validated", lambda *args: explained.append(args))
    assert len(loaded(tmp_path, USER, PROFILE, COLLECTION).resources) == 3
    assert not explained
