"""Facts of a CXone tenant that no API returns, as a project declares them under `facts`."""

from __future__ import annotations

from pydantic import Field

from reconciler.model.facts import Facts


class CxoneFacts(Facts):
    """The declared facts of one tenant; None was not declared and is unknown.

    The ids of applications are the vendor's own, and opaque: only a person can say which is which.
    """

    acd_applications: list[str] | None = Field(
        default=None,
        description="The ids of the applications whose permissions count in the primary role only, "
        "as ACD's do.",
        examples=[["acd"]],
    )
    digital_applications: list[str] | None = Field(
        default=None,
        description="The ids of the applications of Digital Experience; none where the tenant does "
        "not have it.",
        examples=[["dfo"]],
    )
    dependencies: dict[str, dict[str, list[str]]] | None = Field(
        default=None,
        description="By application, the actions that another one brings with it, instead of what "
        "is usual: edit, create, delete and deactivate bring view.",
        examples=[{"qm": {"replace": ["view", "evaluate"]}, "acd": {}}],
    )
    permission_names: dict[str, str] | None = Field(
        default=None,
        description="What CXone's pages call an application, feature or privilege, by its id or "
        "by the ids down to it; runbooks use these names.",
        examples=[{"qm": "Quality Management", "qm/evaluations": "Perform Evaluations"}],
    )
