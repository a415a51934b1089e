"""Manifests of NICE CXone Mpower: shape only; every documented limit is a rule."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from reconciler.model.resource import Reference, Spec

Actions = list[str]
Privileges = dict[str, Actions | dict[str, Actions]]
"""Of one application: a privilege with its actions, or a feature with privileges of its own."""


class Role(Spec):
    """What its holders may do, and whether anybody can hold it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Quality Reviewer",
                    "status": "active",
                    "permissions": {"quality-management": {"evaluations": ["view", "edit"]}},
                },
                {"name": "Senior Reviewer", "status": "draft", "copyFrom": "quality-reviewer"},
            ]
        }
    )

    name: str | None = Field(
        default=None,
        description="The name in CXone; without it, it equals metadata.name. A name that was ever "
        "used can never be used again.",
        examples=["Quality Reviewer"],
    )
    description: str | None = Field(
        default=None, description="What CXone shows beside the name.", examples=["Reviews calls"]
    )
    status: str | None = Field(
        default=None,
        description="`active`, `inactive` or `draft`; active employees hold active roles alone.",
    )
    copy_from: Reference | None = Field(
        default=None,
        description="The role whose permissions a new one starts with, where it names none of its "
        "own. Of a role that is there it says nothing.",
        examples=["quality-reviewer"],
    )
    permissions: dict[str, Privileges] | None = Field(
        default=None,
        description="All permissions, by application, feature where there is one, and privilege: "
        "the actions that are allowed. What is left out is not.",
        examples=[{"quality-management": {"evaluations": ["view", "edit"]}}],
    )


class Employee(Spec):
    """A person's roles, and whether they can sign in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"active": True, "primaryRole": "agent", "secondaryRoles": ["quality-reviewer"]}
            ]
        }
    )

    active: bool | None = Field(
        default=None,
        description="Whether they can sign in; one who is deactivated keeps roles and history.",
    )
    primary_role: Reference | None = Field(
        default=None, description="The role that decides the view at sign-in.", examples=["agent"]
    )
    secondary_roles: list[Reference] | None = Field(
        default=None,
        description="All roles that they hold besides; each only adds to what they may do.",
        examples=[["quality-reviewer"]],
    )
