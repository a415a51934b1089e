"""Diagnostics to report on."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Origin, Position, Severity
from reconciler.reporting.places import Places

PLACES = Places("", "reconciler.yaml")
TEXTS = st.text(max_size=40)


def diagnostic(severity: Severity = Severity.ERROR, **facts: Any) -> Diagnostic:
    return Diagnostic(severity, facts.pop("code", "WCC101"), facts.pop("summary", "no"), **facts)


def at(text: str, column: int, end_column: int, *, file: str = "access/all.yaml") -> Diagnostic:
    """A diagnostic on a stretch of the line `text`."""
    position = Position(file, 3, column, end_column, text)
    return diagnostic(origin=Origin(file, 0, 1), position=position)


@st.composite
def diagnostics(draw: st.DrawFn) -> Diagnostic:
    """Any diagnostic, its texts and its file's name without a limit on what is in them."""
    line, file = draw(TEXTS), draw(st.text(min_size=1, max_size=20))
    column = draw(st.integers(1, len(line) + 1))
    position = Position(file, draw(st.integers(1, 9)), column, column + 1, line)
    origin = draw(st.none() | st.just(Origin(file, 0, 1)))
    return Diagnostic(
        draw(st.sampled_from(Severity)),
        draw(st.sampled_from(["WCC101", "YML101", "SCH101"])),
        draw(TEXTS),
        detail=draw(TEXTS),
        hint=draw(TEXTS),
        address=draw(st.none() | TEXTS.map(lambda name: Address("t", "v", "Kind", name))),
        origin=origin,
        position=draw(st.none() | st.just(position)) if origin else None,
    )
