"""A saved plan is what it shows: any edit of it is refused, and nothing is written."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from reconciler.errors import ReconcilerError
from reconciler.model.plan import load
from reconciler.planning.plan_consistency import contradictions
from tests import saved
from tests.examples import examples
from tests.property.test_promises import AS_FOUND
from tests.saved import PLANS, Document, Place, Saved
from tests.workshop import Workshop

promise = examples(40, phases=AS_FOUND)


@pytest.fixture(scope="module", params=PLANS, ids=lambda each: each.__name__)
def plan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    make: Callable[[Path], Saved] = request.param
    return make(tmp_path_factory.mktemp(make.__name__))


def changes_by_itself(place: Place) -> bool:
    """Whether no two readings of a tenant have it in common, and it decides nothing.

    Another digest of a tenant says that somebody changed it; then all that is written is compared
    as before. Without a key nobody checks a signature.
    """
    of_the_reading = place[:1] == ("tenants",) and place[2:] in {("requests",), ("identity",)}
    of_the_tenant = place[:1] == ("basis",) and place[2:] == ("tenant",)
    return of_the_reading or of_the_tenant or place == ("signature",)


def _apply(here: Workshop, edited: Document, plan: Saved) -> None:
    read = load(json.dumps(edited).encode())
    assume(read != plan.plan)  # such as a key left out that has its default
    here.apply(read, allow=plan.allow)


@promise
@given(data=st.data())
def test_any_edit_of_a_saved_plan_is_refused(plan: Saved, data: st.DataObject) -> None:
    """Promise 7: what is written, recorded or passed is what manifests, tenant and state give."""
    place, edited = data.draw(saved.edits(plan.document))
    assume(not changes_by_itself(place))
    with tempfile.TemporaryDirectory() as folder:
        here = plan.copied(Path(folder))
        with pytest.raises(ReconcilerError) as refused:
            _apply(here, edited, plan)
        event(refused.value.told.code)
        assert refused.value.told.code in {"RUN101", "RUN103", "RUN141", "PRJ103"}
        assert not [call for call in here.writes() if not call[1].endswith("/search")]


def test_the_plan_itself_is_applied(plan: Saved, tmp_path: Path) -> None:
    here = plan.copied(tmp_path)
    read = load(json.dumps(plan.document).encode())
    (ledger,) = here.apply(read, allow=plan.allow)
    assert ledger.outcome == "done"
    assert not ledger.elsewhere
    again = here.apply(read, allow=plan.allow)
    assert all(each.already_applied for each in again) or ledger.by_hand


def test_a_real_plan_does_not_contradict_itself(plan: Saved) -> None:
    assert list(contradictions(plan.plan)) == []
