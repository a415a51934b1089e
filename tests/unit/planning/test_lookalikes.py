"""Names that can be mistaken for each other, by Unicode's own table."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.model.live import InventoryItem
from reconciler.model.value import Ref
from reconciler.planning import lookalikes as module
from reconciler.planning.lookalikes import lookalikes, skeleton
from reconciler.rules.world import Expected
from reconciler.vendors.webexcc.group import group_kind


def objects(*names: str, kind: str = "User") -> list[Expected]:
    return [Expected(Ref(str(n)), group_kind(kind), name, {}, {}) for n, name in enumerate(names)]


def warned(*names: str) -> list[str]:
    return [each.summary for each in lookalikes("t", objects(*names), {})]


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ("\u0410dmin", "Admin"),
        ("\u0391dmin", "Admin"),
        ("\u0397R lead", "HR lead"),
        ("j\u0430ne@contoso.example", "jane@contoso.example"),
        ("\uff2aane@contoso.example", "jane@contoso.example"),
        ("Billing\xa0EN", "Billing EN"),
        ("Billing\u200bEN", "BillingEN"),
        ("Billing \u2013 EN", "Billing - EN"),
        ("\u217fanager", "manager"),
        ("rn\u0430n", "man"),
        ("\U0001d400dmin", "Admin"),
    ],
)
def test_a_name_that_looks_like_another_is_named_with_it(odd: str, plain: str) -> None:
    (summary,) = warned(odd, plain, "somebody else")
    assert f"`{odd}`" in summary
    assert f"`{plain}`" in summary
    assert f"U+{next(ord(each) for each in odd if not each.isascii()):04X}" in summary


@pytest.mark.parametrize(
    "names",
    [
        ("l1", "ll", "Il"),
        ("Ana", "Änne"),
        ("Müller", "Mu\u0308ller"),
        ("ÄRZTE", "ärzte"),
        ("Équipe", "Equipe"),
        ("日本", "日木"),
    ],
)
def test_names_that_differ_visibly_or_are_one_are_not_reported(names: tuple[str, ...]) -> None:
    assert warned(*names) == []


def test_only_names_of_one_kind_are_compared() -> None:
    both = [*objects("\u0410dmin"), *objects("Admin", kind="UserProfile")]
    assert not list(lookalikes("t", both, {}))


def test_the_inventory_is_compared_too_and_the_rest_counted() -> None:
    items = [
        InventoryItem(group_kind("queue"), f"q{n}", name)
        for n, name in enumerate(("S\u0430les", "Sales"))
    ]
    (found,) = lookalikes("t", [], {group_kind("queue"): items})
    assert (found.code, str(found.severity), found.tenant) == ("PLN170", "warning", "t")
    assert "(queue q0) can be mistaken for `Sales` (queue q1)" in found.summary
    several = warned("\u0410dmin", "Admin", "\u0391dmin")
    assert len(several) == 2
    assert all("and 1 more" in each for each in several)


def test_the_table_is_not_read_for_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> Mapping[int, str]:
        raise AssertionError("read")

    monkeypatch.setattr(module, "_prototypes", never)
    assert warned("a", "b", "l1", "ll") == []


@given(st.text())
@example("%\x1f")
def test_a_skeleton_is_its_own(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)
