"""People whom the tenant does not have: each is set aside, and the rest is planned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.planning.planned_object import Item, TenantInput
from reconciler.planning.refusals import error


def set_aside(items: Iterable[Item], given: TenantInput) -> tuple[list[Item], tuple[Item, ...]]:
    """Return the items to plan, and those of people whom the tenant does not have.

    Nobody is set aside who is a target, or whom the vendor's API can create.
    """
    kept: list[Item] = []
    absent: list[Item] = []
    for item in items:
        is_target = given.targets is not None and item.address in given.targets
        is_absent = (
            item.kind.shape.person and item.live is None and not item.kind.lifecycle.creatable
        )
        (absent if is_absent and not is_target else kept).append(item)
    return kept, tuple(absent)


def notes(absent: Iterable[Item]) -> Iterator[Diagnostic]:
    """One warning for each person who is set aside; a changed e-mail has its own warning."""
    for item in absent:
        if item.renamed_person is None:
            yield replace(_note(item), severity=Severity.WARNING)


def _note(item: Item) -> Diagnostic:
    if item.row is None:
        return error(
            item,
            "PLN175",
            f"the tenant has no {item.kind.name} `{item.name}` yet: nothing is planned for it",
            hint=item.kind.lifecycle.uncreatable,
        )
    return error(
        item,
        "PLN176",
        f"the tenant no longer has {item.kind.name} `{item.name}`: nothing is planned for it",
        hint="has this person left? Remove the manifest, or run `reconciler drift --accept`",
    )
