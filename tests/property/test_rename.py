"""A manifest renamed, whatever refers to it: a plan changes nothing, and a second way is back."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler import pipeline
from tests.examples import examples
from tests.property import worlds
from tests.property.test_accept import manifests
from tests.property.test_drift import applied, tenants
from tests.property.test_promises import AS_FOUND

promise = examples(30, phases=AS_FOUND)


@promise
@given(
    seed=tenants(),
    manifests_=worlds.manifests(least=2),
    number=st.integers(0, 20),
    with_state=st.booleans(),
)
def test_a_new_name_changes_nothing_else(
    seed: str, manifests_: str, number: int, with_state: bool
) -> None:
    with applied(seed, manifests_) as here:
        before = manifests(here)
        own = sorted(each for each in before if not each.startswith("User/"))
        assume(own)
        address = own[number % len(own)]
        work = here.work()
        for old, new in ((address, "new-name"), (address.partition("/")[0] + "/new-name", address)):
            made = pipeline.to_rename(work, old, new, with_state=with_state)
            pipeline.keep_renamed(work, made)
            plan = here.plan()
            assert not plan.errored
            assert [each for each in plan.changes if each.writes] == []
            assert len(plan.changes) == (0 if with_state else 1)
            assert not here.drift().drifted
            if not with_state:
                here.apply(plan)
        after = manifests(here)
        assert after.keys() == before.keys()
        assert {k: v["spec"] for k, v in after.items() if k != address} == {
            k: v["spec"] for k, v in before.items() if k != address
        }
