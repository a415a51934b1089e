"""`reconciler mv`, as it is typed: what follows a new name, and what cannot have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler import pipeline
from reconciler.errors import LockedError, StalePlanError, UsageError
from reconciler.state.sql import create_state
from tests.workshop import COLLECTION, PROFILE, PROJECT, USER, Terminal, Workshop

UNNAMED = PROFILE.replace("  name: Billing lead\n", "")
"""A profile that the tenant knows by our name."""


@pytest.fixture
def here(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path)
    made.manifests(COLLECTION, UNNAMED, USER)
    made.planned_and_applied()
    return made


def access(here: Workshop) -> str:
    return (here.root / "access" / "all.yaml").read_text("utf-8")


def nothing_changes(terminal: Terminal) -> None:
    assert terminal("plan", "--detailed-exitcode").code == 0
    assert terminal("drift").code == 0


def test_references_and_the_state_follow(here: Workshop, terminal: Terminal) -> None:
    before = access(here)
    said = terminal("mv", "UserProfile/lead", "team-lead")
    assert said.code == 0, said.err
    renamed = before.replace("metadata: {name: lead}", "metadata: {name: team-lead}")
    renamed = renamed.replace("{userProfile: lead}", "{userProfile: team-lead}")
    renamed = renamed.replace("default: billing}\n", "default: billing}\n  name: lead\n")
    assert access(here) == renamed
    moved = "test/webexcc/UserProfile/lead -> team-lead (state as well)"
    assert f"Renamed: {moved}" in said.out
    owned = terminal("state", "list").out
    assert "UserProfile/team-lead" in owned
    assert "UserProfile/lead" not in owned
    nothing_changes(terminal)


def test_of_a_collection_every_place_is_renamed(here: Workshop, terminal: Terminal) -> None:
    assert (
        terminal("mv", "ResourceCollection/billing", "webexcc/ResourceCollection/money").code == 0
    )
    assert "resources: {collections: [money], default: money}" in access(here)
    assert "  name: Billing\n" in access(here)
    nothing_changes(terminal)


def test_who_has_not_merged_yet_is_stopped_and_told(here: Workshop, terminal: Terminal) -> None:
    before = access(here)
    terminal("mv", "UserProfile/lead", "team-lead")
    here.manifests(before)
    said = terminal("plan")
    assert said.code == 1
    assert "`lead` is already managed as webexcc/UserProfile/team-lead" in said.out
    assert "0 to destroy" not in said.out


def test_the_state_can_wait_for_the_next_apply(here: Workshop, terminal: Terminal) -> None:
    before = access(here)
    assert terminal("mv", "UserProfile/lead", "team-lead", "--no-state").code == 0
    assert "metadata: {name: team-lead, previousNames: [lead]}" in access(here)
    assert "UserProfile/lead" in terminal("state", "list").out
    plan = here.plan()
    assert [(each.action, each.writes) for each in plan.changes] == [("move", False)]
    # the old manifests are still good
    after = access(here)
    here.manifests(before)
    nothing_changes(terminal)
    here.manifests(after)
    here.planned_and_applied()
    # and back again
    assert terminal("mv", "UserProfile/team-lead", "lead").code == 0
    assert "previousNames: []" in access(here)
    nothing_changes(terminal)


def test_nothing_is_written_where_it_is_only_shown(here: Workshop, terminal: Terminal) -> None:
    before = access(here)
    told = terminal("mv", "lead", "team-lead", "--dry-run", "--format", "json").json
    assert told["dry_run"] is True
    assert told["moves"] == [
        {"from": "test/webexcc/UserProfile/lead", "to": "test/webexcc/UserProfile/team-lead"}
    ]
    assert (told["files"], told["state"]) == (["access/all.yaml"], ["test"])
    assert access(here) == before
    assert "UserProfile/lead" in terminal("state", "list").out


def test_the_project_file_follows(here: Workshop, terminal: Terminal) -> None:
    lives_with = (
        "rules:\n"
        "  WCC111:\n"
        "    # agreed with the works council\n"
        "    suppress: [{address: 'UserProfile/lead', reason: a pilot, until: 2099-01-01}]\n"
        "drift: {ignore: [{address: test/webexcc/UserProfile/lead, reason: a pilot}]}\n"
    )
    here.write("reconciler.yaml", PROJECT + lives_with)
    assert terminal("mv", "UserProfile/lead", "team-lead").code == 0
    expected = lives_with.replace("UserProfile/lead", "UserProfile/team-lead")
    assert (here.root / "reconciler.yaml").read_text("utf-8") == PROJECT + expected


PATCH = """\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: lead} # EMEA
spec: {resources: {collections: [billing], default: billing}}
"""


def with_another_tenant(here: Workshop, manifests: str = "access/*.yaml") -> None:
    other = PROJECT.partition("tenants:\n")[2].replace("test:", "other:")
    other = other.replace("access/*.yaml", manifests)
    patches = other.replace("    sandbox", '    patches: ["overlays/*.yaml"]\n    sandbox')
    here.write(
        "reconciler.yaml", PROJECT.replace("tenants:", "default: [test]\ntenants:") + patches
    )
    here.write("overlays/lead.yaml", PATCH)


def test_tenants_that_share_it_and_their_patches_follow(here: Workshop, terminal: Terminal) -> None:
    with_another_tenant(here)
    said = terminal("mv", "UserProfile/lead", "team-lead")
    assert said.code == 0, said.err
    assert "Renamed: other/webexcc/UserProfile/lead -> team-lead\n" in said.out
    patch = (here.root / "overlays" / "lead.yaml").read_text("utf-8")
    assert patch == PATCH.replace("name: lead", "name: team-lead")
    assert terminal("mv", "ResourceCollection/billing", "money").code == 0
    patch = (here.root / "overlays" / "lead.yaml").read_text("utf-8")
    assert "spec: {resources: {collections: [money], default: money}}" in patch
    assert terminal("validate", "--tenant", "test", "--tenant", "other").code == 0
    nothing_changes(terminal)


def test_who_means_another_one_by_it_keeps_it(here: Workshop, terminal: Terminal) -> None:
    """The other tenant shares the people, and has a profile of its own under the same name."""
    with_another_tenant(here, "other/*.yaml")
    (here.root / "overlays" / "lead.yaml").unlink()
    project = (here.root / "reconciler.yaml").read_text("utf-8")
    project = project.replace('    patches: ["overlays/*.yaml"]\n', "")
    here.write("reconciler.yaml", project.replace('/*.yaml"]', '/*.yaml", "people/*.yaml"]'))
    here.manifests(COLLECTION, UNNAMED)
    here.write("people/all.yaml", USER)
    here.write("other/all.yaml", COLLECTION + UNNAMED)
    before = access(here)
    said = terminal("mv", "UserProfile/lead", "team-lead")
    assert said.code == 1
    assert "error[RUN192]: other/webexcc/User/sam@northwind.example would mean" in said.err
    assert access(here) == before


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        (("UserProfile/laed", "x"), "REF130", "did you mean"),
        (("UserProfile/lead", "lead"), "RUN191", "has that name already"),
        (("UserProfile/lead", "Lead One"), "RUN191", "use lower-case letters"),
        (("UserProfile/lead", "User/lead2"), "RUN191", "a manifest keeps its kind"),
        (("UserProfile/lead", "other/webexcc/UserProfile/x"), "RUN191", "cannot become"),
        (("UserProfile/lead", "spare"), "RUN191", "there is a webexcc/UserProfile/spare already"),
        (("User/sam@northwind.example", "kim@northwind.example"), "RUN191", "is a person"),
    ],
)
def test_what_cannot_be_renamed(
    here: Workshop, terminal: Terminal, typed: tuple[str, str], code: str, words: str
) -> None:
    spare = UNNAMED.replace("{name: lead}", "{name: spare}")
    here.manifests(COLLECTION, UNNAMED, spare, USER)
    before = access(here)
    said = terminal("mv", *typed)
    assert said.code == 1
    assert f"error[{code}]" in said.err
    assert words in said.err
    assert access(here) == before


def test_a_project_without_a_state_has_files_alone(here: Workshop, terminal: Terminal) -> None:
    (here.root / ".reconciler" / "state.db").unlink()
    assert terminal("mv", "UserProfile/lead", "team-lead").code == 0
    assert "{userProfile: team-lead}" in access(here)
    assert not (here.root / ".reconciler" / "state.db").exists()


def test_what_changes_meanwhile_stops_it(here: Workshop) -> None:
    work = here.work()
    made = pipeline.to_rename(work, "UserProfile/lead", "team-lead", with_state=True)
    before = access(here)
    here.write("access/all.yaml", before + "# mine\n")
    with pytest.raises(UsageError, match="RUN165"):
        pipeline.keep_renamed(work, made)
    here.write("access/all.yaml", before)
    state = create_state(work.project.state, work.project.root)
    try:
        with state.lock("test", "apply"), pytest.raises(LockedError):
            pipeline.keep_renamed(work, made)
    finally:
        state.close()
    here.manifests(COLLECTION, UNNAMED)
    here.planned_and_applied()
    here.write("access/all.yaml", before)
    with pytest.raises(StalePlanError, match="RUN167"):
        pipeline.keep_renamed(work, made)
    assert access(here) == before
