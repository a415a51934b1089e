"""What `apply` says while it works: lines for people, one object a line for machines."""

from __future__ import annotations

import json
import re

import pytest

from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER, Terminal

OTHER = COLLECTION.replace("billing", "sales").replace("Billing\n", "Sales\n")


@pytest.fixture
def three(terminal: Terminal) -> Terminal:
    """Two collections, a profile, and a person who gets it."""
    for name, text in (("seed.yaml", SEED), ("reconciler.yaml", PROJECT)):
        (terminal.root / name).write_text(text, encoding="utf-8")
    (terminal.root / "access").mkdir()
    manifests = COLLECTION + OTHER + PROFILE + USER
    (terminal.root / "access" / "all.yaml").write_text(manifests, encoding="utf-8")
    return terminal


def test_one_thing_after_the_other_where_that_is_asked_for(three: Terminal) -> None:
    said = three("apply", "--auto-approve", "--parallelism", "1", "--format", "json")
    *events, summary = map(json.loads, said.out.splitlines())
    assert [each["type"] for each in events] == ["apply_start", "apply_complete"] * 4
    assert [each["left"] for each in events] == [4, 3, 3, 2, 2, 1, 1, 0]
    assert (summary["type"], summary["outcome"], summary["done"]) == ("summary", "done", 4)


def test_several_at_the_same_time_otherwise(three: Terminal) -> None:
    said = three("apply", "--auto-approve", "--format", "json")
    first, second, *_ = map(json.loads, said.out.splitlines())
    assert (first["type"], second["type"]) == ("apply_start", "apply_start")


@pytest.mark.parametrize("options", [(), ("-v",)])
def test_tracking_ids_are_shown_to_who_wants_all(three: Terminal, options: tuple[str, ...]) -> None:
    said = three("apply", "--auto-approve", *options)
    found = re.findall(
        r"complete after \d+s \[id=[0-9a-f-]+, tracking id [0-9a-f-]{36}\]", said.out
    )
    assert len(found) == (4 if options else 0)
    assert said.out.count("complete after") == 4


def test_a_terminal_that_is_none_gets_no_progress(three: Terminal) -> None:
    said = three("apply", "--auto-approve")
    assert "\x1b" not in said.out + said.err
    assert "of 4 done" not in said.err
