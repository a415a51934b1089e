"""Targets: which address a person means by its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.suggestion import did_you_mean, meant
from reconciler.planning.refusals import folded


def target(text: str, known: tuple[Address, ...]) -> Address:
    """The one known address that ends with `text`; raises UsageError for none or several."""
    found = [address for address in known if address.ends_with(text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            "REF131",
            f"target `{text}` fits {len(found)} addresses: {folded(map(str, sorted(found)))}",
            hint="write more of the address",
        )
    raise none_named(text, known)


def none_named(text: str, known: Iterable[Address]) -> UsageError:
    """The refusal of a text that no known address ends with."""
    names = {address.name: address for address in known}
    near = get_close_matches(text.rpartition("/")[2], names, n=3)
    return UsageError(
        "REF130",
        f"target `{text}` matches nothing",
        hint=meant(
            (names[name].short for name in near),
            otherwise="a target is an address or its end, such as `UserProfile/billing`",
        ),
    )


def new_address(
    text: str, known: Iterable[Address], kinds: Mapping[tuple[str, str], Iterable[str]]
) -> Address:
    """The address that is meant, which need not be there yet; raises UsageError.

    A known one may be written by its end, another one needs its kind: `Kind/name`, with tenant and
    group before it where they are not clear. `kinds` has the kinds of each tenant and group.
    """
    found = [address for address in known if address.ends_with(text)]
    if len(found) == 1:
        return found[0]
    *_, kind, name = ["", *text.split("/")]
    possible = [
        Address(tenant, group, kind, name)
        for (tenant, group), names in kinds.items()
        if kind in names
    ]
    fitting = [address for address in possible if address.ends_with(text)]
    if len(fitting) == 1 and name:
        return fitting[0]
    if fitting and name:
        raise UsageError(
            "RUN161",
            f"`{text}` fits {len(fitting)} tenants: {folded(sorted(a.tenant for a in fitting))}",
            hint="write the tenant before it, or choose one with --tenant",
        )
    every = sorted({each for names in kinds.values() for each in names})
    raise UsageError(
        "RUN161",
        f"`{text}` is not a valid address",
        hint=did_you_mean(kind, every)
        or "a new address is `Kind/name`; the kinds are " + ", ".join(every),
    )
