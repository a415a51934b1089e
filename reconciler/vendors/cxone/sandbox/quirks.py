"""Quirks of a tenant that its seed chooses: `quirks: {rolePages: zeroIsOne}`.

What is documented nowhere, and may differ from tenant to tenant; a client has to understand all of
it. The defaults are what the code of other people relies on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FROM_ZERO, ZERO_IS_ONE, ZERO_REFUSED = "fromZero", "zeroIsOne", "zeroRefused"
ROLE_PAGES = (FROM_ZERO, ZERO_IS_ONE, ZERO_REFUSED)
"""How role search counts its pages: from 0; from 1, and page 0 is page 1 as well; from 1, and page
0 is refused with 400."""

NAME, NAME_OR_ID, DISPLAY_NAME = "name", "nameOrId", "displayName"
WRITTEN_ROLES = (NAME, NAME_OR_ID, DISPLAY_NAME)
"""What `role` of a user takes on writes: the internal name of a role; that or its id; the name
that pages show (which gives another role where one is called as another's internal name)."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """What the service does in its own way.

    - role_pages (`rolePages`): one of ROLE_PAGES.
    - written_role (`writtenRole`): one of WRITTEN_ROLES.
    - last_page_repeats (`lastPageRepeats`): role search answers the last full page again instead of
      an empty one.
    - page_size_cap (`pageSizeCap`): role search silently lowers a larger `pageSize`.
    - ignores_role (`ignoresRole`): a user who is replaced keeps their primary role, with success.
    """

    role_pages: str = FROM_ZERO
    written_role: str = NAME
    last_page_repeats: bool = False
    page_size_cap: int = 1000
    ignores_role: bool = False


USUAL = Quirks()

_FIELDS = {
    "rolePages": "role_pages",
    "writtenRole": "written_role",
    "lastPageRepeats": "last_page_repeats",
    "pageSizeCap": "page_size_cap",
    "ignoresRole": "ignores_role",
}
_CHOICES = {"rolePages": ROLE_PAGES, "writtenRole": WRITTEN_ROLES}


def quirks(section: Any) -> Quirks:
    """The section of a seed; raises ValueError, whose first argument may name the field."""
    if not isinstance(section, Mapping):
        raise ValueError("expected a mapping, such as {rolePages: zeroIsOne}")
    values: dict[str, Any] = {}
    for name, value in section.items():
        if name not in _FIELDS:
            raise ValueError(f"there is no quirk `{name}`; there are {', '.join(_FIELDS)}")
        usual = getattr(USUAL, _FIELDS[name])
        choices = _CHOICES.get(name)
        if choices is not None and value not in choices:
            raise ValueError(f"`{name}` is one of {', '.join(choices)}, not {value!r}")
        if type(value) is not type(usual) or (type(value) is int and value < 1):
            expected = {bool: "true or false", int: "a number from 1"}.get(type(usual), "a text")
            raise ValueError(f"expected {expected} for `{name}`, got {value!r}")
        values[_FIELDS[name]] = value
    return Quirks(**values)
