"""How many examples a property looks at: a share of what it asks for, as the profile says."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

USUAL = 100
"""With a profile of so many examples a property gets what it asks for: `usual` has half of them,
`nightly` ten times as many."""


def examples(count: int, **others: Any) -> settings:
    """The settings of a property that takes `count` examples where a profile makes the usual."""
    return settings(max_examples=max(1, count * settings().max_examples // USUAL), **others)
