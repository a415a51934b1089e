"""The envelope that every manifest has around its `spec`."""

from __future__ import annotations

import re

from pydantic import Field

from reconciler.model.resource import Manifest

NAME = re.compile(r"[a-z0-9]([a-z0-9._@+-]{0,126}[a-z0-9])?")
MOST_CHARACTERS_OF_A_PERSON = 254


class LifecycleBlock(Manifest):
    """`metadata.lifecycle`."""

    prevent_destroy: bool = False
    ignore_changes: list[str] = Field(default_factory=list)


_NO_LIFECYCLE = LifecycleBlock()  # one for all: a default is copied for each manifest, slowly


class Metadata(Manifest):
    """`metadata`: our name for the object, and how it may change."""

    name: str
    labels: dict[str, str] = Field(default_factory=dict)
    previous_names: list[str] = Field(default_factory=list)
    lifecycle: LifecycleBlock = Field(default_factory=lambda: _NO_LIFECYCLE)


class Envelope(Manifest):
    """A manifest but for its spec, which belongs to the kind."""

    api_version: str
    kind: str
    metadata: Metadata
    spec: dict[str, object]


def name_problem(name: str, *, person: bool) -> tuple[str, str] | None:
    """What is wrong with a `metadata.name` and what to do, None where nothing is."""
    if person:
        return _person_problem(name)
    if NAME.fullmatch(name):
        return None
    return (
        f"`{name}` is no name",
        "use lower-case letters, digits and . _ @ + - inside, at most 128 characters; the "
        "vendor's own name goes into spec.name",
    )


def _person_problem(name: str) -> tuple[str, str] | None:
    local, at, domain = name.rpartition("@")
    if not (local and at and domain) or "/" in name or name.split() != [name]:
        return f"`{name}` is no e-mail", "a person is named by their e-mail"
    if len(name) > MOST_CHARACTERS_OF_A_PERSON:
        return f"`{name[:40]}…` is too long", f"at most {MOST_CHARACTERS_OF_A_PERSON} characters"
    if name != name.lower():
        return f"`{name}` is not in lower case", f"write `{name.lower()}`"
    return None
