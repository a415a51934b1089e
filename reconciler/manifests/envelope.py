"""The envelope that every manifest has around its `spec`."""

from __future__ import annotations

import re

from pydantic import Field

from reconciler.model.resource import Manifest

NAME = r"[a-z0-9]([a-z0-9._@+-]{0,126}[a-z0-9])?"
MOST_CHARACTERS_OF_A_PERSON = 254
SCHEMA_URN = "urn:reconciler:schema:"
"""What the `$id` of every published schema begins with."""

# Spelled out, as `\s` means other characters in other engines. A capital letter beyond A to Z has
# no spelling that all of them share: such an e-mail is taken as it is, and compared without case.
_NOT_IN_AN_EMAIL = r"A-Z/\x00-\x20\x7f-\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
EMAIL = rf"[^{_NOT_IN_AN_EMAIL}]+@[^@{_NOT_IN_AN_EMAIL}]+"

_NAME, _EMAIL = re.compile(NAME), re.compile(EMAIL)


class LifecycleBlock(Manifest):
    """How the object may change."""

    prevent_destroy: bool = Field(
        default=False,
        description="Refuse every plan that would delete the object, also once its manifest is "
        "gone.",
    )
    ignore_changes: list[str] = Field(
        default_factory=list,
        description="Attributes that are set on a new object and left alone from then on.",
    )


_NO_LIFECYCLE = LifecycleBlock()  # one for all: a default is copied for each manifest, slowly


class Metadata(Manifest):
    """Our name for the object, and how it may change."""

    name: str = Field(
        description="Our name for the object, unique per tenant and kind; a person is named by "
        "their e-mail in lower case. The vendor's own name goes into spec.name.",
    )
    labels: dict[str, str] = Field(
        default_factory=dict,
        description="Words of yours about the object; the tenant never sees them.",
        examples=[{"client": "contoso", "region": "emea"}],
    )
    previous_names: list[str] = Field(
        default_factory=list,
        description="Names that the manifest had before: a rename keeps the object.",
    )
    lifecycle: LifecycleBlock = Field(
        default_factory=lambda: _NO_LIFECYCLE, description="How the object may change."
    )


class Envelope(Manifest):
    """A manifest but for its spec, which belongs to the kind."""

    api_version: str = Field(description="The system and the version of its manifests.")
    kind: str = Field(description="What the manifest describes.")
    metadata: Metadata
    spec: dict[str, object] = Field(
        description="What the object shall be; what is not mentioned is left as it is."
    )


def name_problem(name: str, *, person: bool) -> tuple[str, str] | None:
    """What is wrong with a `metadata.name` and what to do, None where nothing is."""
    if person:
        return _person_problem(name)
    if _NAME.fullmatch(name):
        return None
    return (
        f"`{name}` is not a valid manifest name",
        "use lower-case letters, digits and . _ @ + - inside, at most 128 characters; the "
        "vendor's own name goes into spec.name",
    )


def name_schema(*, person: bool) -> dict[str, object]:
    """The same as a fragment of JSON Schema."""
    # `$` of some engines matches before a line break at the end as well
    if person:
        return {"pattern": rf"^{EMAIL}$(?!\n)", "maxLength": MOST_CHARACTERS_OF_A_PERSON}
    return {"pattern": rf"^{NAME}$(?!\n)"}


def _person_problem(name: str) -> tuple[str, str] | None:
    if len(name) > MOST_CHARACTERS_OF_A_PERSON:
        return f"`{name[:40]}…` is too long", f"at most {MOST_CHARACTERS_OF_A_PERSON} characters"
    if _EMAIL.fullmatch(name):
        return None
    if _EMAIL.fullmatch(name.lower()):
        return f"`{name}` is not in lower case", f"write `{name.lower()}`"
    return f"`{name}` is not a valid e-mail address", "a person is named by their e-mail"
