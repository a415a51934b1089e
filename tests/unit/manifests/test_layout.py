"""Where new manifests go: beside their kin, else into a folder of their kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import ProjectError
from reconciler.manifests.layout import MOST_IN_A_FILE, New, place
from reconciler.model.address import Address
from reconciler.model.diagnostic import Origin
from reconciler.model.resource import Resource
from reconciler.vendors.webexcc.vendor import VENDOR

HERE = Path("no-such-folder")
DEEP = ("access/**/*.yaml",)


def collection(name: str, **labels: str) -> New:
    return New(VENDOR.kind("ResourceCollection"), name, {"resources": {}}, labels)


def person(name: str, profile: Any = "lead") -> New:
    return New(VENDOR.kind("User"), f"{name}@x.example", {"userProfile": profile})


def there(kind: str, name: str, file: str, spec: dict[str, Any], **labels: str) -> Resource[Any]:
    model = VENDOR.kind(kind).shape.spec.model_validate(spec)
    return Resource(Address("t", "webexcc", kind, name), model, Origin(file, 0, 1), labels)


def placed(
    *new: New, existing: tuple[Resource[Any], ...] = (), patterns: tuple[str, ...] = DEEP
) -> list[str]:
    return list(place(new, existing, HERE, patterns))


def test_kinds_have_folders_and_groups_have_files() -> None:
    assert (
        placed(collection("north"), collection("south")) == ["access/resource-collections.yaml"] * 2
    )
    assert placed(*(collection(f"north-{n}") for n in range(3)), collection("south")) == [
        *["access/resource-collections/north.yaml"] * 3,
        "access/resource-collections.yaml",
    ]
    assert set(placed(*(person(f"p{n}", "Old Agent") for n in range(3)))) == {
        "access/users/old-agent.yaml"
    }
    by_id = {"id": "1", "name": "Night & day"}
    assert set(placed(*(person(f"p{n}", by_id) for n in range(3)))) == {
        "access/users/night-day.yaml"
    }


def test_a_new_object_goes_beside_its_kin() -> None:
    existing = (
        there("User", "a@x.example", "access/floor.yaml", {"userProfile": "lead"}),
        there("User", "b@x.example", "access/floor.yaml", {"userProfile": "lead"}),
        there("User", "c@x.example", "access/else.yaml", {"userProfile": "lead"}),
        there("ResourceCollection", "north-1", "access/n.yaml", {}),
        there("ResourceCollection", "east-1", "access/e.yaml", {}, region="emea"),
        there("ResourceCollection", "west-1", "access/w.json", {}),
    )
    assert placed(person("d"), existing=existing) == ["access/floor.yaml"]
    assert placed(collection("north-2"), existing=existing) == ["access/n.yaml"]
    assert placed(collection("north-2", region="emea"), existing=existing) == ["access/e.yaml"]
    # nothing is added to a file of JSON, which is one document
    assert placed(collection("west-2"), existing=existing) == ["access/resource-collections.yaml"]


def test_a_full_file_is_carried_on_in_another() -> None:
    files = placed(*(person(f"p{n}") for n in range(2 * MOST_IN_A_FILE + 1)))
    assert [files.count(each) for each in dict.fromkeys(files)] == [MOST_IN_A_FILE] * 2 + [1]
    assert sorted(set(files)) == [
        "access/users/lead-2.yaml", "access/users/lead-3.yaml", "access/users/lead.yaml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("patterns", "file"),
    [
        (("*.yaml",), "users.yaml"),
        (("access",), "access/users.yaml"),
        (("access/*.yaml",), "access/users.yaml"),
        (("people/*.json", "access/*.y*ml"), "access/users.yaml"),
        (("access/**/users*.yaml",), "access/users.yaml"),
        (("a/*.json", "access/all.yml"), "access/all.yml"),
    ],
)
def test_the_patterns_of_a_tenant_find_it(patterns: tuple[str, ...], file: str) -> None:
    assert placed(person("a"), patterns=patterns) == [file]


def test_folders_that_no_pattern_looks_into_are_done_without() -> None:
    files = placed(*(person(f"p{n}") for n in range(3)), patterns=("access/*.yaml",))
    assert set(files) == {"access/users-lead.yaml"}


@pytest.mark.parametrize("patterns", [("clients/*/*.yaml",), ("a/*.json",)])
def test_a_tenant_that_would_not_find_it_is_refused(patterns: tuple[str, ...]) -> None:
    with pytest.raises(ProjectError) as caught:
        placed(person("a"), patterns=patterns)
    assert caught.value.told.code == "RUN160"
    assert "/*.yaml" in caught.value.told.hint
