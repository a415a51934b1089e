"""The promises of a plan hold for every vendor, whatever Git had before and whoever interferes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from reconciler.errors import ReconcilerError
from tests.examples import examples
from tests.vendors import CATALOGUES
from tests.vendors.catalogue import Catalogue, Drifted
from tests.vendors.tenants import workshop, writes
from tests.workshop import Workshop


def steps(catalogue: Catalogue) -> st.SearchStrategy[list[tuple[str, ...] | Drifted]]:
    """What Git holds next, or what somebody does in the console, one after the other."""
    states = {catalogue.manifests}
    for case in catalogue.cases.values():
        states |= {each for each in (case.had, case.has) if each}
    return st.lists(
        st.one_of(st.sampled_from(sorted(states)), st.sampled_from(catalogue.drifted)),
        min_size=1,
        max_size=4,
    )


def interfere(here: Workshop, drifted: Drifted) -> None:
    """Do it in the console, which refuses what is about nothing."""
    try:
        here.act(drifted.action, **drifted.arguments)
    except ReconcilerError:
        event("the console refuses")


@pytest.mark.parametrize("name", CATALOGUES)
@examples(24)
@given(data=st.data())
def test_plan_apply_plan_finds_nothing_and_writes_what_it_shows(
    name: str, data: st.DataObject
) -> None:
    catalogue = CATALOGUES[name]
    with tempfile.TemporaryDirectory() as folder:
        here = workshop(Path(folder), catalogue)
        here.manifests(*catalogue.manifests)
        here.planned_and_applied()
        for step in data.draw(steps(catalogue)):
            if isinstance(step, Drifted):
                interfere(here, step)
            else:
                here.manifests(*step)
            here.calls.clear()
            plan = here.plan()
            assert writes(catalogue, here.calls) == []
            if plan.errored:
                event("the plan is refused")
                continue
            here.apply(plan)
            event(plan.outcome)
            shown = {each.request.method for each in plan.operations()}
            assert {each.method for each in writes(catalogue, here.calls)} <= shown | {"POST"}
            assert here.plan().outcome == "no_changes"
            assert not here.drift().differences
