"""Our names, made of the vendor's: valid, and the same for the same object."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests.envelope import NAME
from reconciler.model.slugs import kebab, slug
from tests.examples import examples

ID = "7c28ca06-d7d1-4a1c-9a55-0e41e1a2b3c4"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("EMEA billing supervisor", "emea-billing-supervisor"),
        ("  Cedar E-mail_2 ", "cedar-e-mail-2"),
        ("Straße & Brücke", "strasse-brucke"),
        ("Łódź, Ærø", "lodz-aero"),
        ("Москва", "moskva"),
        ("Αθήνα", "athina"),
        ("東京", "user-profile-7c28ca06"),
        ("---", "user-profile-7c28ca06"),
    ],
)
def test_a_name_becomes_words_in_lower_case(name: str, expected: str) -> None:
    assert slug(name, (), ID, "user-profile") == expected


def test_a_taken_name_is_told_apart_by_the_id() -> None:
    assert slug("Lead", {"lead"}, ID, "x") == "lead-7c28ca06"
    assert slug("Lead", {"lead", "lead-7c28ca06"}, ID, "x") == "lead-7c28ca06d"


@examples(200)
@given(
    name=st.text(max_size=300),
    object_id=st.text(max_size=40),
    taken=st.frozensets(st.text(max_size=9)),
)
def test_every_name_is_valid_and_free(name: str, object_id: str, taken: frozenset[str]) -> None:
    made = slug(name, taken, object_id, "x")
    assert re.fullmatch(NAME, made)
    assert made not in taken
    again = slug(name, {*taken, made}, object_id, "x")
    assert re.fullmatch(NAME, again)
    assert again not in {*taken, made}


def test_a_kind_in_words() -> None:
    assert [kebab(each) for each in ("UserProfile", "User")] == ["user-profile", "user"]
