"""Every change of the project file loosens, but for those that are known to tighten."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests.credentials import Forms
from reconciler.manifests.loosening import Known, loosened

KNOWN = Known(
    {"X101": "error", "X102": "warning", "X103": "info"},
    {"tiny": {"Role": False, "Person": True}},
    Forms((), lambda _name: ()),
)

ENTRY = {"address": "Role/a", "reason": "later", "until": "2030-01-01"}
TENANT = {"vendor": "tiny", "manifests": ["a.yaml", "b.yaml"], "credentials": {"env": "TOKEN"}}


def project(**more: Any) -> dict[str, Any]:
    return {"apiVersion": "reconciler/v1", "kind": "Project", "tenants": {"t": TENANT}} | more


def tenant(**more: Any) -> dict[str, Any]:
    return project(tenants={"t": TENANT | more})


def found(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [".".join(map(str, each.path)) for each in loosened(before, after, KNOWN)]


LOOSENS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (project(), project(thresholds={"destroy": 6}), "thresholds.destroy"),
    (project(thresholds={"destroy": 1}), project(), "thresholds.destroy"),
    (project(), project(thresholds={"people": "10.5%"}), "thresholds.people"),
    (project(), project(thresholds={"people": 9}), "thresholds.people"),
    (project(thresholds={"people": 9}), project(thresholds={"people": 10}), "thresholds.people"),
    (project(), project(thresholds={"unheardOf": 1}), "thresholds.unheardOf"),
    (project(), project(rules={"X101": "warning"}), "rules.X101"),
    (project(), project(rules={"X102": "off"}), "rules.X102"),
    (project(), project(rules={"X102": {"severity": "info"}}), "rules.X102"),
    (project(rules={"X102": "error"}), project(), "rules.X102"),
    (project(), project(rules={"X999": "error"}), "rules.X999"),
    (project(), project(rules={"X101": {"suppress": [ENTRY]}}), "rules.X101.suppress.0"),
    (
        project(rules={"X101": {"suppress": [ENTRY]}}),
        project(rules={"X101": {"suppress": [ENTRY | {"until": "2030-01-02"}]}}),
        "rules.X101.suppress.0",
    ),
    (
        project(rules={"X101": {"suppress": [ENTRY]}}),
        project(rules={"X101": {"suppress": [ENTRY | {"address": "e/a"}]}}),
        "rules.X101.suppress.0",
    ),
    (
        project(rules={"X101": {"suppress": [ENTRY]}}),
        project(rules={"X102": {"suppress": [ENTRY]}}),
        "rules.X102.suppress.0",
    ),
    (project(), project(drift={"ignore": [ENTRY]}), "drift.ignore.0"),
    (
        project(drift={"ignore": [ENTRY | {"attributes": ["a"]}]}),
        project(drift={"ignore": [ENTRY]}),
        "drift.ignore.0",
    ),
    (
        project(drift={"ignore": [ENTRY | {"attributes": ["a"]}]}),
        project(drift={"ignore": [ENTRY | {"attributes": ["a", "b"]}]}),
        "drift.ignore.0",
    ),
    (
        project(drift={"ignore": [ENTRY]}),
        project(drift={"ignore": [{k: v for k, v in ENTRY.items() if k != "until"}]}),
        "drift.ignore.0",
    ),
    (project(), project(drift={"fullEvery": 13}), "drift.fullEvery"),
    (tenant(), tenant(drift={"ignore": [ENTRY]}), "tenants.t.drift.ignore.0"),
    (tenant(), tenant(unmanaged="prune"), "tenants.t.unmanaged.Role"),
    (tenant(unmanaged="report"), tenant(), "tenants.t.unmanaged.Role"),
    (tenant(), tenant(unmanaged={"Role": "prune"}), "tenants.t.unmanaged.Role"),
    (tenant(), tenant(assumed=["A1"]), "tenants.t.assumed"),
    (tenant(), tenant(manifests=["a.yaml"]), "tenants.t.manifests"),
    (tenant(), tenant(credentials={"env": "OTHER"}), "tenants.t.credentials.env"),
    (tenant(), tenant(organization="x"), "tenants.t.organization"),
    (tenant(), tenant(facts={"addOns": ["a"]}), "tenants.t.facts"),
    (tenant(facts={"a": 1, "b": 2}), tenant(facts={"a": 1, "b": 3}), "tenants.t.facts.b"),
    (tenant(), tenant(rate="600/min"), "tenants.t.rate"),
    (tenant(), tenant(patches=["o/*.yaml"]), "tenants.t.patches"),
    (tenant(patches=["a", "b"]), tenant(patches=["b", "a"]), "tenants.t.patches"),
    (tenant(), tenant(audit={}), "tenants.t.audit"),
    (tenant(), tenant(unheardOf=1), "tenants.t.unheardOf"),
    (project(), project(tenants={"t": TENANT, "u": TENANT}), "tenants.u"),
    (project(tenants={"t": TENANT, "u": TENANT}), project(), "tenants.u"),
    (project(), project(state="sqlite:///x.db"), "state"),
    (project(), project(default=["t"]), "default"),
    (project(plans={"signed": True}), project(), "plans.signed"),
    (project(plans={"signed": True}), project(plans={"signed": False}), "plans.signed"),
    (project(), project(unheardOf={"a": 1}), "unheardOf"),
]


@pytest.mark.parametrize(("before", "after", "path"), LOOSENS)
def test_what_loosens_is_found(before: dict[str, Any], after: dict[str, Any], path: str) -> None:
    assert path in found(before, after)


TIGHTENS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (project(), project(thresholds={"destroy": 4, "people": "9.9%"})),
    (project(thresholds={"destroy": 50}), project()),
    (project(thresholds={"people": 10}), project(thresholds={"people": 0})),
    (project(rules={"X102": "off"}), project()),
    (project(rules={"X102": "off"}), project(rules={"X102": "info"})),
    (project(), project(rules={"X102": "error"})),
    (project(rules={"X101": {"suppress": [ENTRY]}}), project()),
    (
        project(rules={"X101": {"suppress": [ENTRY, ENTRY | {"address": "Role/b"}]}}),
        project(rules={"X101": {"suppress": [ENTRY | {"until": "2029-12-31"}]}}),
    ),
    (project(drift={"ignore": [ENTRY]}), project(drift={"ignore": []})),
    (
        project(drift={"ignore": [ENTRY]}),
        project(drift={"ignore": [ENTRY | {"attributes": ["a"], "until": "2029-01-01"}]}),
    ),
    (project(), project(drift={"fullEvery": 1})),
    (tenant(unmanaged="prune"), tenant(unmanaged="report")),
    (tenant(), tenant(unmanaged="report")),
    (tenant(assumed=["A1", "A2"]), tenant(assumed=["A2"])),
    (project(), project(plans={"signed": True})),
]


@pytest.mark.parametrize(("before", "after"), TIGHTENS)
def test_what_tightens_is_not(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert found(before, after) == []
    assert found(after, before) != []  # the way back loosens


SAME: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (project(), dict(reversed(project().items()))),
    (project(), project(thresholds={"destroy": 5, "people": "10%"})),
    (project(rules={"X102": "off"}), project(rules={"X102": {"severity": "off"}})),
    (project(), project(state="sqlite:///.reconciler/state.db", default=[])),
    (tenant(), tenant(unmanaged="ignore", patches=[], assumed=[])),
    (tenant(unmanaged="prune"), tenant(unmanaged={"Role": "prune", "Person": "report"})),
    (tenant(), tenant(manifests=["b.yaml", "a.yaml"])),
]


@pytest.mark.parametrize(("before", "after"), SAME)
def test_another_spelling_is_no_change(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert found(before, after) == found(after, before) == []


def test_a_secret_of_the_former_file_is_not_shown() -> None:
    before = tenant(credentials="hunter2")
    assert "hunter2" not in str(loosened(before, tenant(), KNOWN))
    assert loosened(before, tenant(), KNOWN)
    before = project(state="postgresql://me:hunter2@db/x")
    assert "hunter2" not in str(loosened(before, project(), KNOWN))


JSON = st.recursive(
    st.integers() | st.text(max_size=4) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["state", "default", "tenants", "rules", "thresholds", "drift", "plans", "x"]
)


@given(
    before=st.dictionaries(KEYS, JSON, max_size=4), after=st.dictionaries(KEYS, JSON, max_size=4)
)
def test_files_of_any_shape_can_be_compared(before: dict[str, Any], after: dict[str, Any]) -> None:
    loosened(before, after, KNOWN)
    assert found(before, before) == []
