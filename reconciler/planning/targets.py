"""Targets: which address a person means by its end."""

from __future__ import annotations

from difflib import get_close_matches

from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.suggestion import meant
from reconciler.planning.refusals import listed


def target(text: str, known: tuple[Address, ...]) -> Address:
    """The one known address that ends with `text`; raises UsageError for none or several."""
    found = [address for address in known if address.ends_with(text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            "REF131",
            f"target `{text}` fits {len(found)} addresses: {listed(map(str, sorted(found)))}",
            hint="write more of the address",
        )
    names = {address.name: address for address in known}
    near = get_close_matches(text.rpartition("/")[2], names, n=3)
    raise UsageError(
        "REF130",
        f"target `{text}` matches nothing",
        hint=meant(
            (names[name].short for name in near),
            otherwise="a target is an address or its end, such as `UserProfile/billing`",
        ),
    )
