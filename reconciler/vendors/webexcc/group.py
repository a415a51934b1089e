"""The group of Webex Contact Center: what its kinds and types are called outside of it."""

from __future__ import annotations

from functools import cache

from reconciler.model.address import GroupKind

GROUP = "webexcc"


@cache
def group_kind(name: str) -> GroupKind:
    """A kind or a type of inventory, with the group."""
    return GroupKind(GROUP, name)
