"""Facts of a Webex tenant that no API returns, as a project declares them under `facts`."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field, field_validator

from reconciler.model.facts import Facts
from reconciler.model.live import InventoryItem
from reconciler.model.resource import Manifest
from reconciler.rules.world import World
from reconciler.vendors.webexcc.group import group_kind

FOLDER = "analyzer-folder"
"""The inventory type of Analyzer's folders: manifests name them by path, `Sales/EMEA`."""


class Folder(Manifest):
    """A folder of Analyzer: its id in the API, and whether it holds the vendor's stock reports."""

    id: int = Field(ge=0, le=2**31 - 1, description="The folder's id in the API.", examples=[12])
    stock: bool = Field(
        default=False, description="Whether it holds the stock reports, which none may edit."
    )


class WebexFacts(Facts):
    """The declared facts of one tenant; None was not declared and is unknown.

    `analyzer_folders` are all of the tenant's folders, by path. `permissions` are names that the
    tenant has and this version does not know.
    """

    add_ons: list[Literal["campaign-manager"]] | None = Field(
        default=None, description="What the tenant has bought beside the contact center."
    )
    analyzer_folders: dict[str, Folder] | None = Field(
        default=None,
        description="All folders of Analyzer by path, each with the folder around it.",
        examples=[{"Sales": {"id": 12}, "Sales/EMEA": {"id": 31}}],
    )
    rollback: bool | None = Field(
        default=None,
        description="Whether a rollback to the former profiles is about to be asked for: plans "
        "then show what it would lose.",
    )
    permissions: list[Annotated[str, Field(min_length=1)]] | None = Field(
        default=None, description="Permissions that the tenant has and this version does not know."
    )

    @field_validator("analyzer_folders")
    @classmethod
    def _is_a_tree(cls, folders: dict[str, Folder] | None) -> dict[str, Folder] | None:
        for path in folders or {}:
            if not all(part.strip() for part in path.split("/")):
                raise ValueError(f"`{path}` is not a path such as `Sales/EMEA`")
            parent = parent_of(path)
            if parent is not None and folders is not None and parent not in folders:
                raise ValueError(f"`{path}` is declared, the folder `{parent}` around it is not")
        for number, count in Counter(each.id for each in (folders or {}).values()).items():
            if count > 1:
                raise ValueError(f"{count} folders have the id {number}")
        return folders

    def is_stock(self, path: str) -> bool:
        """Return whether a folder is one of the vendor's stock reports, or inside of one."""
        folders = self.analyzer_folders or {}
        return any(folders[each].stock for each in lineage(path) if each in folders)


def parent_of(path: str) -> str | None:
    """The folder around a folder, None for one at the top."""
    return path.rpartition("/")[0] or None


def lineage(path: str) -> list[str]:
    """The folder and all around it, from the top down."""
    parts = path.split("/")
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def folders(facts: Facts) -> tuple[InventoryItem, ...] | None:
    """The folders as things that manifests refer to; None where they are not declared."""
    if not isinstance(facts, WebexFacts) or facts.analyzer_folders is None:
        return None
    return tuple(
        InventoryItem(group_kind(FOLDER), str(folder.id), path)
        for path, folder in facts.analyzer_folders.items()
    )


def facts_of(world: World) -> WebexFacts:
    """The tenant's facts as a rule sees them; without a project none is declared."""
    return world.facts if isinstance(world.facts, WebexFacts) else WebexFacts()
