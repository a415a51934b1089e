"""Changes by people at random: each difference is told as theirs who made it, and no one else's."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER, Workshop

ROOT = "root@northwind.example"
PEOPLE = ("ann@x.example", "bea@x.example", "cat@x.example")
ADMIN = "profile: Administrator Profile}\n"
IDENTITIES = "".join(f", {{email: {each}, token: {each[:3]}}}" for each in PEOPLE)
CROWDED = SEED.replace("token: root-token}", f"token: root-token}}{IDENTITIES}").replace(
    ADMIN, ADMIN + "".join(f"  - {{email: {each}, {ADMIN}" for each in PEOPLE)
)
LEAD, SAM, KIM = ("Billing lead", "sam@northwind.example", "kim@northwind.example")
SECOND = USER.replace(SAM, KIM).replace("userProfile: lead", "userProfile: Supervisor Profile")

actors = st.sampled_from((*PEOPLE, ROOT))
edits = st.tuples(actors, st.sampled_from((LEAD, SAM, KIM)))
writings = st.sampled_from(("base64", "plain", "webex"))


@examples(12)
@given(st.lists(edits, min_size=1, max_size=6), writings, st.sampled_from(("newest", "oldest")))
def test_who_made_a_change_is_named_and_nobody_else(
    done: list[tuple[str, str]], writing: str, order: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Workshop(Path(folder))
        quirks = f"quirks: {{auditTargets: {writing}, auditOrder: {order}}}\n"
        here.write("seed.yaml", CROWDED + quirks)
        here.write("reconciler.yaml", PROJECT + "    audit: {}\n")
        here.manifests(COLLECTION, PROFILE, USER, SECOND)
        here.planned_and_applied()
        authors: dict[str, list[str]] = {}
        for number, (actor, what) in enumerate(done):
            authors.setdefault(what, []).append(actor)
            if what == LEAD:
                here.act(
                    "edit-profile", by=actor, profile=LEAD, description=f"{number}", team="edit"
                )
            else:
                there = "Supervisor Profile" if what == SAM else LEAD
                here.act("move-user", by=actor, user=what, profile=there)
        found = {each.name: each for each in here.drift().differences}
        assert found.keys() == authors.keys()
        for name, each in found.items():
            assert {each.by, *each.others} == set(authors[name])
            assert each.confidence == ("likely" if each.others else "certain")
