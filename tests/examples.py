"""How many examples a property looks at: as many as it says, or more where the profile does."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

USUAL = 100
"""What a profile makes where nobody wants more; the profile `nightly` makes many times that."""


def examples(count: int, **others: Any) -> settings:
    """The settings of a property that takes `count` examples where a profile makes the usual."""
    return settings(max_examples=count * settings().max_examples // USUAL, **others)
