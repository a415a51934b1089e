"""Merge patches: what they do, whom they fit, and where a patched value stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.contract.discover import discover
from reconciler.manifests.load import Loaded, load
from reconciler.manifests.patches import merged
from reconciler.manifests.positions import attach
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

PATCH = """\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: lead}
spec:
  description: patched
"""


def loaded(folder: Path, manifests: str, *patches: str) -> Loaded:
    (folder / "all.yaml").write_text(manifests, encoding="utf-8")
    names = []
    for number, text in enumerate(patches):
        names.append(f"patch{number}.yaml")
        (folder / names[-1]).write_text(text, encoding="utf-8")
    return load(folder, "t", ["all.yaml"], discover(), patches=names)


def told(found: Loaded) -> list[tuple[str, str, str, int, int]]:
    """Code, summary, file, line and column of each diagnostic."""
    return [
        (d.code, d.summary, d.position.file, d.position.line, d.position.column)
        for d in attach(found.diagnostics, found.read)
        if d.position
    ]


def spec(found: Loaded, kind: str) -> Any:
    assert not found.diagnostics, found.diagnostics
    (resource,) = [each for each in found.resources if each.address.kind == kind]
    return resource.spec


# RFC 7386, appendix A: target, patch, result
APPENDIX: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), APPENDIX)
def test_the_examples_of_the_standard(target: Any, patch: Any, result: Any) -> None:
    assert merged(target, patch, (), []) == result


VALUES = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from("abc"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_a_merge_is_what_the_standard_says_and_changes_nothing_in_place(
    target: Any, patch: Any
) -> None:
    def by_the_book(target: Any, patch: Any) -> Any:
        if not isinstance(patch, dict):
            return patch
        target = dict(target) if isinstance(target, dict) else {}
        for name, value in patch.items():
            if value is None:
                target.pop(name, None)
            else:
                target[name] = by_the_book(target.get(name), value)
        return target

    before = repr((target, patch))
    put: list[tuple[str | int, ...]] = []
    result = merged(target, patch, (), put)
    assert result == by_the_book(target, patch)
    assert repr((target, patch)) == before
    for path in put:  # what is the patch's says what the patch says
        found, wanted = result, patch
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
            wanted = wanted[part]
        assert found == by_the_book(None, wanted)


def test_a_patch_is_merged_before_the_spec_is_checked(tmp_path: Path) -> None:
    found = spec(loaded(tmp_path, PROFILE, PATCH), "UserProfile")
    assert (found.description, found.name) == ("patched", "Billing lead")
    gone = PATCH.replace("description: patched", "permissions: {queue: null, team: view}")
    found = spec(loaded(tmp_path, PROFILE, gone), "UserProfile")
    assert found.permissions == {"call-monitoring": "edit", "team": "view"}
    # what is wrong in the manifest and mended by the patch is not wrong
    wrong = PROFILE.replace("name: Billing lead", "name: 12")
    found = spec(loaded(tmp_path, wrong, PATCH.replace("description", "name")), "UserProfile")
    assert found.name == "patched"


def test_lists_are_replaced(tmp_path: Path) -> None:
    patch = PATCH.replace("description: patched", "resources: {collections: [other]}")
    found = spec(loaded(tmp_path, PROFILE, patch), "UserProfile")
    assert [each.name for each in found.resources.collections] == ["other"]
    assert found.resources.default.name == "billing"


def test_patches_apply_in_the_order_of_files_and_documents(tmp_path: Path) -> None:
    first = PATCH.replace("patched", "one") + "---\n" + PATCH.replace("patched", "two")
    second = PATCH.replace("  description: patched", "  description: three\n  name: B")
    third = PATCH.replace("  description: patched", "  name: null")
    assert spec(loaded(tmp_path, PROFILE, first), "UserProfile").description == "two"
    found = spec(loaded(tmp_path, PROFILE, first, second, third), "UserProfile")
    assert (found.description, found.name) == ("three", None)


def test_a_resource_stays_its_manifests(tmp_path: Path) -> None:
    (resource,) = loaded(tmp_path, PROFILE, PATCH).resources
    assert (resource.origin.file, resource.origin.line) == ("all.yaml", 2)


def test_a_wrong_value_of_a_patch_is_shown_in_the_patch(tmp_path: Path) -> None:
    patch = PATCH.replace("description: patched", "resources:\n    default: [x]\n    extra: 1")
    found = told(loaded(tmp_path, PROFILE.replace("name: Billing lead", "name: 12"), patch))
    assert [(code, *place) for code, _, *place in found] == [
        ("SCH103", "all.yaml", 6, 9),
        ("SCH103", "patch0.yaml", 6, 14),
        ("SCH101", "patch0.yaml", 7, 5),
    ]


def test_what_a_later_patch_replaces_is_the_later_ones(tmp_path: Path) -> None:
    one = PATCH.replace("description: patched", "resources: {default: 1, collections: [2]}")
    two = PATCH.replace("description: patched", "resources: {default: 3}")
    assert [each[2:4] for each in told(loaded(tmp_path, PROFILE, one, two))] == [
        ("patch0.yaml", 5),
        ("patch1.yaml", 5),
    ]
    whole = PATCH.replace("description: patched", "resources: [3]")
    assert {each[2] for each in told(loaded(tmp_path, PROFILE, one, whole))} == {"patch1.yaml"}


def test_what_a_patch_takes_away_is_missed_where_it_was_taken(tmp_path: Path) -> None:
    patch = PATCH.replace("description: patched", "resources: {collections: null}")
    ((code, summary, file, line, _),) = told(loaded(tmp_path, PROFILE, patch))
    assert (code, summary, file, line) == (
        "SCH102", "`collections` is missing", "patch0.yaml", 5,
    )  # fmt: skip


def test_a_value_without_content_in_a_new_list_is_shown(tmp_path: Path) -> None:
    patch = PATCH.replace("description: patched", "resources: {collections: [a, null]}")
    found = told(loaded(tmp_path, PROFILE, patch))
    assert [each[:4] for each in found] == [
        ("SCH103", "there is no value", "patch0.yaml", 5),
    ]


@pytest.mark.parametrize(
    ("patch", "summary", "place", "hint"),
    [
        (PATCH.replace("lead", "leat"), "there is no UserProfile `leat`", (3, 18), "mean `lead`"),
        (PATCH.replace("lead", "zzz"), "there is no UserProfile `zzz`", (3, 18), "it makes none"),
        (PATCH.replace("Profile", "Profil"), "none of kind `UserProfil`", (2, 7), "`UserProfile`"),
        (PATCH.replace("UserProfile", "X"), "none of kind `X`", (2, 7), "there are ResourceColl"),
        (PATCH.replace("cc/v1", "cc/v2"), "none of `webexcc/v2`", (1, 13), "`webexcc/v1`"),
    ],
)
def test_a_patch_that_fits_no_manifest_is_an_error(
    tmp_path: Path, patch: str, summary: str, place: tuple[int, int], hint: str
) -> None:
    found = loaded(tmp_path, COLLECTION + PROFILE, patch)
    assert len(found.resources) == 2
    (problem,) = attach(found.diagnostics, found.read)
    assert problem.code == "REF103"
    assert summary in problem.summary
    assert hint in problem.hint
    assert problem.position is not None
    assert (problem.position.line, problem.position.column) == place


def test_where_a_manifest_cannot_be_read_no_patch_is_blamed(tmp_path: Path) -> None:
    assert [each[0] for each in told(loaded(tmp_path, "a: [", PATCH))] == ["YML101"]


@pytest.mark.parametrize(
    ("patch", "code", "summary"),
    [
        ("- a\n", "SCH110", "this is not a patch"),
        (PATCH + "extra: 1\n", "SCH101", "there is no field `extra`"),
        (PATCH.replace("lead}", "lead, labels: {a: b}}"), "SCH101", "there is no field `labels`"),
        (PATCH.replace("metadata: {name: lead}\n", ""), "SCH102", "`metadata` is missing"),
        (PATCH.replace("{name: lead}", "{}"), "SCH102", "`name` is missing"),
        (PATCH.replace("kind: UserProfile\n", ""), "SCH102", "`kind` is missing"),
        (PATCH.replace("lead", "12"), "SCH103", "text is wanted, not 12"),
        (PATCH.replace("spec:\n  description: patched\n", ""), "SCH102", "`spec` is missing"),
        (PATCH.replace("\n  description: patched", " text"), "SCH103", "a mapping is wanted"),
        (PATCH.replace("\n  description: patched", ""), "SCH103", "there is no value"),
        ("a: [\n", "YML101", "invalid YAML"),
    ],
)
def test_anything_but_a_patch_is_an_error(
    tmp_path: Path, patch: str, code: str, summary: str
) -> None:
    found = loaded(tmp_path, PROFILE, patch)
    (problem,) = told(found)
    assert problem[0] == code
    assert summary in problem[1]
    assert problem[2] == "patch0.yaml"
    assert len(found.resources) == 1


def test_the_digest_covers_the_patches(tmp_path: Path) -> None:
    without = loaded(tmp_path, PROFILE).digest
    with_one = loaded(tmp_path, PROFILE, PATCH).digest
    assert without != with_one
    assert loaded(tmp_path, PROFILE, PATCH + "# c\n").digest != with_one
    assert loaded(tmp_path, PROFILE, PATCH).digest == with_one


def patched(workshop: Workshop, patch: str) -> Workshop:
    project = (workshop.root / "reconciler.yaml").read_text()
    where = 'manifests: ["access"]\n    patches: ["access/patches/*.yaml"]'
    workshop.write("reconciler.yaml", project.replace('manifests: ["access/*.yaml"]', where))
    workshop.manifests(COLLECTION, PROFILE, USER)
    workshop.write("access/patches/one.yaml", patch)
    return workshop


def test_plan_apply_and_drift_see_what_the_patches_make(workshop: Workshop) -> None:
    plan = patched(workshop, PATCH).planned_and_applied()
    assert {each.source.file for each in plan.changes if each.source} == {"access/all.yaml"}
    (profile,) = [each for each in workshop.bodies()["user-profile"] if "lead" in each["name"]]
    assert profile["description"] == "patched"
    assert workshop.plan().summary.change == 0
    assert not workshop.drift().drifted
    stale = workshop.plan()
    workshop.write("access/patches/one.yaml", PATCH.replace("patched", "again"))
    assert stale.basis["test"].manifests != workshop.plan().basis["test"].manifests
    assert workshop.plan().summary.change == 1


def test_a_rule_speaks_of_the_patch_where_the_value_is_its(workshop: Workshop) -> None:
    wrong = PATCH.replace("description: patched", "permissions: {queue: write}")
    (finding,) = patched(workshop, wrong).plan().findings
    assert (finding.file, finding.line, finding.column) == ("access/patches/one.yaml", 5, 24)
