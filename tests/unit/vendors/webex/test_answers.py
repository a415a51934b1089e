from __future__ import annotations

from typing import Any

import pytest

from reconciler.vendors.webex.answers import explain


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ({"key": "409", "message": [{"description": "taken"}]}, "taken"),
        ({"key": "409", "reason": "taken", "message": []}, "taken"),
        ({"message": [{"description": "a"}, {"description": "b"}]}, "a; b"),
        ({"message": "taken"}, "taken"),
        ({"message": ["taken"]}, "taken"),
        ({"message": 5, "reason": "taken"}, "5"),
        ({"message": None, "reason": "taken"}, "taken"),
        ({"referencedEntities": ["user"]}, "referred to by user"),
        ({"reason": "no", "referencedEntities": ["user"]}, "no; referred to by user"),
        ("taken", "taken"),
        (None, ""),
        ([], ""),
    ],
)
def test_what_an_error_body_says_is_found(error: object, told: str) -> None:
    assert explain({"trackingId": "t-1", "error": error}, "") == (told, "t-1")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"errors": [{"key": "400", "message": [{"description": "no"}]}]}, "no"),
        ({"errors": [{"description": "a"}, {"reason": "b"}]}, "a; b"),
        ({"errors": "odd", "message": "no"}, "no"),
        ({"code": 1, "message": "no"}, "no"),
        ({}, ""),
    ],
)
def test_errors_in_the_plural_and_bare_messages_are_found(body: Any, told: str) -> None:
    assert explain(body, "") == (told, "")


@pytest.mark.parametrize("body", [None, "text", ["text"], 5])
def test_where_it_is_no_object_the_text_itself_is_told(body: Any) -> None:
    assert explain(body, "  out of\n order ") == ("out of order", "")
