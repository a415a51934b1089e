"""The `drift` of a project file: suppressed drift, object by object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from pydantic import Field

from reconciler.manifests.policy import is_day
from reconciler.model.diagnostic import Path
from reconciler.model.ignore import Ignore
from reconciler.model.resource import Manifest


class IgnoreBlock(Manifest):
    """Drift of one object that is left as it is, and is neither counted nor taken back."""

    address: str = Field(
        description="The object, by any unambiguous end of its address.",
        examples=["UserProfile/emea-lead"],
    )
    attributes: list[str] = Field(
        default_factory=list,
        description="Only these of its attributes, with all that is beneath them; by default all, "
        "and the object itself.",
        examples=[["permissions.queue"]],
    )
    reason: str = Field(min_length=1, description="Why it is so, for those who review it.")
    until: str | None = Field(
        default=None,
        description="The last day on which it holds (UTC); by default it holds for good.",
        examples=["2027-03-31"],
    )


EVERY = 12
"""With a drift check every five minutes, everything is read once an hour."""


class DriftBlock(Manifest):
    """How drift is reported."""

    ignore: list[IgnoreBlock] = Field(default_factory=list, description="Drift that is suppressed.")
    full_every: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="Every so many drift checks everything is read, and not only what its list "
        f"shows to have changed; {EVERY} by default, and 1 reads everything each time.",
    )


DriftBlocks = Mapping[str, DriftBlock]
"""The blocks of a project file: by tenant, the project's own under an empty name."""


def ignores_of(blocks: DriftBlocks) -> tuple[Ignore, ...]:
    """What blocks in which `problems` finds nothing wrong let drift."""
    return tuple(
        Ignore(
            address=each.address,
            attributes=tuple(path.removeprefix("spec.") for path in each.attributes),
            reason=each.reason,
            place=(*_place(tenant), number),
            until=date.fromisoformat(each.until) if each.until else None,
            tenant=tenant,
        )
        for tenant, block in blocks.items()
        for number, each in enumerate(block.ignore)
    )


def problems(blocks: DriftBlocks) -> Iterator[tuple[Path, str, str]]:
    """Path in the project file, summary and hint of what cannot be."""
    for tenant, block in blocks.items():
        for number, each in enumerate(block.ignore):
            at = (*_place(tenant), number)
            if each.until is not None and not is_day(each.until):
                hint = "write the last day on which it holds, such as 2027-03-31"
                yield (*at, "until"), f"`{each.until}` is not a valid date", hint
            if "/" not in each.address:
                hint = "write kind and name, such as `UserProfile/emea-lead`"
                yield (*at, "address"), f"`{each.address}` is not a valid address", hint
            for path, name in enumerate(each.attributes):
                if not all(name.removeprefix("spec.").split(".")):
                    hint = "write it as drift shows it, such as `permissions.queue`"
                    yield (*at, "attributes", path), f"`{name}` is not an attribute", hint


def _place(tenant: str) -> Path:
    return ("tenants", tenant, "drift", "ignore") if tenant else ("drift", "ignore")
