"""Random specs of profiles and collections, good and bad, and what our rules say of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from reconciler.groups import Groups
from reconciler.model.address import Address
from reconciler.model.diagnostic import Origin, Severity
from reconciler.model.resource import Resource
from reconciler.planning.check import check
from reconciler.planning.planned_object import TenantInput
from reconciler.rules.world import Known
from reconciler.vendors.webexcc.facts import WebexFacts
from reconciler.vendors.webexcc.vendor import VENDOR
from tests.vendors.webexcc_script import TYPES

FACTS = {
    "analyzerFolders": {
        "Sales": {"id": 12},
        "Sales/EMEA": {"id": 31},
        "Sales/EMEA/Berlin": {"id": 32},
        "Stock": {"id": 3, "stock": True},
        "Stock/Voice": {"id": 4},
    }
}
GRADED = (
    "queue", "tenant-setting", "campaign-manager", "analyzer", "tag", "call-monitoring",
    "audio-recording-transcript", "additional-supervisory", "threshold-rule", "coaching-insights",
)  # fmt: skip
SWITCHED = (
    "barge-in", "whisper-coach", "mid-call-monitor", "restricted-monitor-only", "send-message",
    "view-blind-monitor-request", "multimedia", "basic-digital", "social-channel",
)  # fmt: skip
HIGH = {
    "call-monitoring": "edit", "mid-call-monitor": "enabled", "additional-supervisory": "edit",
    "audio-recording-transcript": "view", "analyzer": "edit",
}  # fmt: skip
"""Added to half of the profiles: what others need, or few would be possible."""


def mostly(good: tuple[str, ...], *bad: str) -> st.SearchStrategy[str]:
    """Seldom a mistake: with one in each field none would be seen by itself."""
    return st.sampled_from((*good * 9, *bad))


levels = st.dictionaries(
    mostly(GRADED, "surveys", "queues"), mostly(("none", "view", "edit"), "write"), max_size=4
)
switches = st.dictionaries(
    st.sampled_from(SWITCHED), mostly(("disabled", "enabled"), "edit"), max_size=4
)
texts = st.one_of(
    st.sampled_from(("Billing", "Billing EMEA", "Billing_EMEA-2")),
    st.text(alphabet="aZ09-_, .é\t\n", max_size=82),
)
descriptions = st.sampled_from((*("short",) * 8, "x" * 255, "x" * 256))
paths = st.lists(st.sampled_from(sorted(FACTS["analyzerFolders"])), max_size=2, unique=True)
listed = st.builds(
    lambda graded, switched, high: high | graded | switched,
    levels,
    switches,
    st.sampled_from(({}, HIGH)),
)
profiles = st.builds(
    lambda access, rest: access | rest,
    st.one_of(
        st.just({"fullAccess": True}),
        *[st.builds(lambda given: {"permissions": given}, listed) for _ in range(4)],
    ),
    st.fixed_dictionaries(
        {"profileType": mostly(tuple(TYPES), "team-lead"), "resources": st.just("all")},
        optional={
            "name": texts,
            "description": descriptions,
            "analyzerFolders": st.fixed_dictionaries(
                {}, optional={"editable": paths, "viewable": paths, "hidden": paths}
            ),
        },
    ),
)
chosen = st.sampled_from(("all", "none", "some", [], ["One"], ["One", "Two"]))
collections = st.fixed_dictionaries(
    {
        "resources": st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("queue", "site", "team", "channel"), chosen)
        ).map(
            lambda given: {"queue": "all", "site": "all", "team": "all", "channel": "all"} | given
        )
    },
    optional={
        "name": texts,
        "description": descriptions,
    },
)


def errors(kind: str, spec: dict[str, Any]) -> list[str]:
    """The codes of the errors that our rules find in one manifest."""
    model = VENDOR.kind(kind).shape.spec
    resource = Resource(
        Address("t", "webexcc", kind, "some-name"),
        model.model_validate(spec),
        Origin("a.yaml", 0, 1),
    )
    facts = WebexFacts.model_validate(FACTS)
    found = check(TenantInput("t", Groups((VENDOR,)), (resource,), known=Known({"webexcc": facts})))
    return [each.code for each in found if each.severity is Severity.ERROR]
