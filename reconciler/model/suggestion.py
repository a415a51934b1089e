"""Near names: what somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(written: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """`did you mean `queue`?` with the nearest of the known names, else what is said instead."""
    return meant(get_close_matches(written, list(known), n=3), otherwise=otherwise)


def meant(near: Iterable[str], *, otherwise: str = "") -> str:
    """The question for names that are found already."""
    names = [f"`{each}`" for each in near]
    return f"did you mean {' or '.join(names)}?" if names else otherwise
