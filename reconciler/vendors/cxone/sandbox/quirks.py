"""Quirks of a tenant that its seed chooses: `quirks: {rolePages: zeroIsOne}`.

What is documented nowhere, and may differ from tenant to tenant; a client has to understand all of
it. The defaults are what the code of other people relies on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox.quirks import Check, one_of, quirks, up_to

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
    """The quirks of the service.

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

_CHECKS: Mapping[str, Check] = {
    "role_pages": one_of(*ROLE_PAGES),
    "written_role": one_of(*WRITTEN_ROLES),
    "page_size_cap": up_to(USUAL.page_size_cap),
}


def of_section(section: Any) -> Quirks:
    """The section of a seed; raises ValueError with what is wrong."""
    return quirks(section, USUAL, _CHECKS)
