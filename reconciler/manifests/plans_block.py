"""The `plans` of a project file: what saved plans need."""

from __future__ import annotations

from pydantic import Field

from reconciler.model.resource import Manifest


class PlansBlock(Manifest):
    """What a saved plan needs, so that it is applied."""

    signed: bool = Field(
        default=False,
        description="Saved plans are signed with the key in RECONCILER_PLAN_KEY, and applied only "
        "with a signature of that key.",
    )
