"""Headers in narrow terminals: cut between words, whole where there is room, colours kept."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.reporting.cells import width
from reconciler.reporting.paint import ansi
from reconciler.reporting.wrapping import LEAST, wrapped

HEADER = (
    "  # webexcc/ResourceCollection/alpine-disruption will be updated      "
    "access/alpine/collections.yaml:45"
)
WHY = '  # (changed in Git; "Alpine disruption"; id 50c4e7c2-a014-5ce5-81bd-b660f42f0574)'
READ = (
    "Read 387 objects of 1 tenant in 0.4 s (meridian-sandbox 387 as "
    "nadia.farah@meridian.example); manifests 7ee541a."
)
VALUE = "      + queue : [" + "Alpine Disruption, " * 9 + "]"


def test_the_place_of_a_manifest_goes_onto_a_line_of_its_own() -> None:
    assert wrapped(HEADER, 80).split("\n") == [
        "  # webexcc/ResourceCollection/alpine-disruption will be updated",
        "  #   access/alpine/collections.yaml:45",
    ]


def test_what_has_room_stays() -> None:
    assert wrapped(HEADER, 120) == HEADER
    assert wrapped(HEADER, None) == HEADER
    assert wrapped(HEADER, LEAST - 1) == HEADER


def test_values_stay() -> None:
    assert wrapped(VALUE, 80) == VALUE
    assert wrapped("!" + VALUE, 80) == "!" + VALUE


@pytest.mark.parametrize("line", [HEADER, WHY, READ])
@pytest.mark.parametrize("room", [60, 80, 100])
def test_no_header_is_wider_than_the_terminal(line: str, room: int) -> None:
    parts = wrapped(line, room).split("\n")
    assert all(width(part) <= room for part in parts)
    assert all(part.startswith("  #") for part in parts) == line.startswith("  #")


def test_colours_take_no_room() -> None:
    painted = "  # " + ansi("webexcc/UserProfile/lead", "bold") + " will be updated"
    plain = "  # webexcc/UserProfile/lead will be updated"
    assert wrapped(painted, len(plain)) == painted
    assert wrapped(painted, len(plain) - 1).count("\n") == 1


@given(st.text("ab# \u4e2d", max_size=200), st.integers(LEAST, 120))
def test_no_word_is_lost_or_cut(text: str, room: int) -> None:
    for line in (text, f"  # {text}"):
        words = [each for each in re.split("[ \n]+", wrapped(line, room)) if each.strip("#")]
        assert words == [each for each in re.split("[ \n]+", line) if each.strip("#")]
