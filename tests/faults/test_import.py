"""An import that is stopped or overtaken: all of it or nothing, or what the next one completes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler import pipeline
from reconciler.engine.importing import Found
from reconciler.errors import LockedError, ProjectError, StalePlanError, UsageError
from reconciler.manifests.writing import write_all
from reconciler.state.sql import create_state
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

SEEDED = """\
organization: {id: 5c0f1f0e-2f4c-4f0e-9a53-0a4f0c9b7d10}
identities: [{email: root@northwind.example, token: root-token}]
sites: [Berlin]
teams: [{name: Billing Berlin, site: Berlin}]
queues: [Billing EN]
channels: [Voice]
collections:
  - {name: Alpha, resources: {queue: all, site: all, team: all, channel: all}}
  - {name: alpha, resources: {queue: all, site: all, team: all, channel: all}}
profiles:
  - {name: Root, type: licensed-administrator, permissions: all, resources: all}
  - {name: Lead, type: supervisor, permissions: {queue: edit}, \
resources: {collections: [alpha, Alpha], default: Alpha}}
  - {name: Agent, type: standard-agent, permissions: {multimedia: enabled}, resources: all}
users:
  - {email: root@northwind.example, profile: Root}
  - {email: sam@northwind.example, profile: Lead, site: Berlin}
  - {email: a@northwind.example, profile: Agent}
  - {email: b@northwind.example, profile: Agent}
  - {email: c@northwind.example, profile: Agent}
"""


@pytest.fixture
def here(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path)
    made.write("seed.yaml", SEEDED)
    return made


def look(here: Workshop) -> Found:
    work = here.work()
    return asyncio.run(pipeline.to_import(work, work.tenants[0]))


def keep(here: Workshop, found: Found) -> None:
    work = here.work()
    pipeline.keep_imported(work, work.tenants[0], found)


def access(here: Workshop) -> dict[str, bytes]:
    """Every file in the folder of the manifests, hidden ones too."""
    return {
        path.relative_to(here.root).as_posix(): path.read_bytes()
        for path in (here.root / "access").rglob("*")
        if path.is_file()
    }


def test_the_next_import_completes_one_that_was_killed_between_two_files(tmp_path: Path) -> None:
    whole = Workshop(_folder(tmp_path, "whole"))
    whole.write("seed.yaml", SEEDED)
    keep(whole, look(whole))
    wanted = access(whole)
    assert len(wanted) == 4
    for written in range(len(wanted) + 1):
        here = Workshop(_folder(tmp_path, f"after-{written}"))
        here.write("seed.yaml", SEEDED)
        found = look(here)
        for name, data in list(found.rendered.files.items())[:written]:
            here.write(name, data.decode())
        keep(here, look(here))
        assert access(here) == wanted
        assert not here.plan().differs
        assert look(here).nothing


def _folder(within: Path, name: str) -> Path:
    folder = within / name
    folder.mkdir()
    return folder


def test_a_file_that_cannot_be_written_leaves_nothing(here: Workshop) -> None:
    found = look(here)
    names = list(found.rendered.files)
    (here.root / names[-1]).mkdir(parents=True)  # a folder is in the way of the last file
    with pytest.raises(UsageError) as caught:
        keep(here, found)
    assert caught.value.told.code == "RUN166"
    assert not access(here)
    (here.root / names[-1]).rmdir()
    assert look(here).keep == found.keep  # none of it became ours


def test_a_file_that_was_edited_in_the_meantime_is_kept(here: Workshop) -> None:
    here.manifests(COLLECTION)
    here.write("access/users.yaml", USER.replace("lead", "Lead"))
    found = look(here)
    assert {"access/users.yaml", "access/resource-collections.yaml"} <= found.rendered.files.keys()
    here.write("access/resource-collections.yaml", "# mine\n")
    before = access(here)
    with pytest.raises(UsageError) as caught:
        keep(here, found)
    assert caught.value.told.code == "RUN165"
    assert access(here) == before


def test_another_run_keeps_it_waiting(here: Workshop) -> None:
    found = look(here)
    work = here.work()
    state = create_state(work.project.state, work.project.root)
    try:
        with state.lock("test", "apply"), pytest.raises(LockedError):
            keep(here, found)
    finally:
        state.close()
    assert not (here.root / "access").exists()


def test_what_became_owned_in_the_meantime_stops_it(here: Workshop) -> None:
    found = look(here)
    keep(here, found)
    before = access(here)
    with pytest.raises(StalePlanError) as caught:
        keep(here, replace(found, rendered=found.rendered))
    assert caught.value.told.code == "RUN167"
    assert access(here) == before


def test_patterns_that_find_no_new_file_stop_it(here: Workshop) -> None:
    project = (here.root / "reconciler.yaml").read_text("utf-8")
    here.write("reconciler.yaml", project.replace("access/*.yaml", "access/*/people/*.yaml"))
    with pytest.raises(ProjectError) as caught:
        look(here)
    assert caught.value.told.code == "RUN160"
    here.write("reconciler.yaml", project.replace('"access/*.yaml"', '"access/*.yaml", "b/*.yaml"'))
    with pytest.raises(ProjectError) as caught:
        look(here)
    assert (caught.value.told.code, "b/*.yaml" in caught.value.told.summary) == ("PRJ110", True)


def test_new_documents_are_added_to_files_as_they_are(here: Workshop) -> None:
    mine = "# mine\r\n" + USER.replace("lead", "Lead").replace("\n", "\r\n").rstrip()
    here.write("access/people.yaml", "")
    (here.root / "access" / "people.yaml").write_bytes(mine.encode())
    here.write("elsewhere.yaml", "# by somebody else\n")
    (here.root / "access" / "link.yaml").symlink_to(here.root / "access" / "people.yaml")
    seed = SEEDED + "  - {email: kim@northwind.example, profile: Lead}\n"
    here.write("seed.yaml", seed)
    keep(here, look(here))
    now = (here.root / "access" / "people.yaml").read_bytes()
    assert now.startswith(mine.encode() + b"\r\n---\r\n")
    assert b"kim@northwind.example" in now
    assert b"\n" not in now.replace(b"\r\n", b"")
    assert (here.root / "access" / "link.yaml").is_symlink()
    assert not here.plan().differs


def test_manifests_of_what_is_not_there_yet_are_not_in_the_way(here: Workshop) -> None:
    here.manifests(COLLECTION, PROFILE)
    found = look(here)
    assert not found.left_out
    assert len(found.manifests) == 10
    keep(here, found)
    assert {each.action for each in here.plan().changes} == {"create"}


def test_nothing_is_written_outside_of_the_project(here: Workshop, tmp_path: Path) -> None:
    with pytest.raises(ProjectError):
        write_all(here.root, {"../outside.yaml": b"x"}, {})
    assert not (tmp_path.parent / "outside.yaml").exists()
