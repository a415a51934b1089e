"""Two witnesses on what a tenant makes of a profile besides: what we predict, and what it does."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.value import Ref, Values
from reconciler.vendors.webexcc.facts import WebexFacts
from reconciler.vendors.webexcc.side_effects import side_effects
from tests.agreement.specs import FACTS
from tests.examples import examples
from tests.unit.vendors.webexcc.sandbox.asking import ROOT, SEED, Tenant, parsed
from tests.vendors.webexcc_script import FOLDER_LISTS

FOLDERS: dict[str, dict[str, Any]] = FACTS["analyzerFolders"]
LEVELS = ("hidden", "viewable", "editable")
Lists = dict[str, list[int]]


@st.composite
def lists(draw: st.DrawFn, most: int) -> Lists:
    """Lists that a tenant takes where Analyzer is at the level `most`."""
    chosen: Lists = {name: [] for name in LEVELS}
    bounds: dict[str, int] = {}
    for path, folder in FOLDERS.items():
        above = bounds.get(path.rpartition("/")[0], most)
        level = draw(st.sampled_from((None, *range(above + 1))))
        if path.startswith("Stock") and level is not None:
            level = None if above < 1 else 1
        bounds[path] = above if level is None else level
        if level is not None:
            chosen[LEVELS[level]].append(folder["id"])
    return chosen


def body(level: str, chosen: Lists) -> dict[str, Any]:
    return {
        "name": "Lead",
        "active": True,
        "profileType": "SUPERVISOR",
        "permissionAccessLevel": "SPECIFIC",
        "permissions": [{"name": "analyzer", "access": level.upper()}],
        "resourceAccessLevel": "ALL",
        **{field: chosen[name] for name, field in FOLDER_LISTS.items()},
    }


def values(level: str, chosen: Lists) -> Values:
    return {
        "permissions": {"analyzer": level},
        "analyzerFolders": {n: frozenset(Ref(str(k)) for k in ids) for n, ids in chosen.items()},
    }


def becomes(before: tuple[str, Lists], after: tuple[str, Lists]) -> Values:
    """The folders that a tenant has after a profile was made and changed."""
    seed = parsed(SEED)
    seed["analyzerFolders"] = [{"path": path, **folder} for path, folder in FOLDERS.items()]
    with tempfile.TemporaryDirectory() as folder:
        tenant = Tenant(Path(folder), seed)
        try:
            status, made = tenant.ask(ROOT, "POST", "v3/user-profile", body(*before))
            assert status == 201, made
            path = f"v3/user-profile/{made['id']}"
            status, changed = tenant.ask(ROOT, "PUT", path, {**body(*after), "id": made["id"]})
            assert status == 200, changed
        finally:
            tenant.close()
    return {
        name: frozenset(Ref(str(k)) for k in changed[field]) for name, field in FOLDER_LISTS.items()
    }


@examples(60)
@given(data=st.data(), up=st.booleans())
def test_folders_become_what_is_predicted(data: st.DataObject, up: bool) -> None:
    low, high = ("view", 1), ("edit", 2)
    (was, least), (will, most) = (low, high) if up else (high, low)
    before, after = (was, data.draw(lists(least))), (will, data.draw(lists(most)))
    (found,) = side_effects(values(*before), values(*after), WebexFacts.model_validate(FACTS))
    assert found.values["analyzerFolders"] == becomes(before, after)
    if found.values["analyzerFolders"] == values(*after)["analyzerFolders"]:
        assert not found.wider


@examples(30)
@given(data=st.data(), most=st.integers(0, 2))
def test_folders_are_what_is_sent_where_analyzer_stays(data: st.DataObject, most: int) -> None:
    level = ("none", "view", "edit")[most]
    before, after = (level, data.draw(lists(most))), (level, data.draw(lists(most)))
    assert not list(side_effects(values(*before), values(*after), WebexFacts()))
    assert becomes(before, after) == values(*after)["analyzerFolders"]
