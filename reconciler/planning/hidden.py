"""Findings about a partial view: who sees a part only, and what is left alone for that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from reconciler.model.address import Address, GroupKind
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.ownership import Row
from reconciler.planning.match import LiveIndex, Match
from reconciler.planning.refusals import listed
from reconciler.planning.visibility import View


def notes(
    matches: Iterable[Match], rows: Iterable[Row], live: LiveIndex, view: View, tenant: str
) -> Iterator[Diagnostic]:
    """One info of what is seen in part, one warning a kind of manifests and rows left alone.

    `rows` are those of the state that no manifest stands for.
    """
    if not view.partial:
        return
    yield from _unknown_parts(view, tenant)
    manifests = _by_kind(each.resource.address for each in matches if each.unseen)
    for kind, names in manifests.items():
        if kind not in view.hidden:
            yield _set_aside(kind, names, tenant, "nothing is planned for")
            continue
        yield Diagnostic(
            Severity.WARNING,
            "PLN150",
            f"{view.who} does not see {len(names)} {kind.name} of the manifests, so nothing is "
            f"planned for {'them' if len(names) > 1 else 'it'}: {listed(names)}",
            hint="plan as somebody who sees all, or check that the tenant has them",
            tenant=tenant,
        )
    addresses = (Address.parse(row.address) for row in rows if _is_hidden(row, live, view))
    for kind, names in _by_kind(addresses).items():
        if kind not in view.hidden:
            yield _set_aside(kind, names, tenant, "nothing is deleted of what left Git:")
            continue
        yield Diagnostic(
            Severity.WARNING,
            "PLN151",
            f"{view.who} does not see {len(names)} {kind.name} of the state that left Git, so "
            f"{'they stay' if len(names) > 1 else 'it stays'}: {listed(names)}",
            hint="plan as somebody who sees all",
            tenant=tenant,
        )


def not_compared(
    rows: Iterable[Row], granted: Iterable[str], live: LiveIndex, view: View, tenant: str
) -> Iterator[Diagnostic]:
    """What drift cannot show in a partial view: of which of the `rows` nothing is seen, and which
    hidden values (`granted`, in words) were taken to be as they were applied.
    """
    if not view.partial:
        return
    yield from _unknown_parts(view, tenant)
    addresses = (Address.parse(row.address) for row in rows if _is_hidden(row, live, view))
    for kind, names in _by_kind(addresses).items():
        if kind not in view.hidden:
            yield _set_aside(kind, names, tenant, "drift is not checked for")
            continue
        yield _unknown(
            "PLN155",
            f"{view.who} does not see {len(names)} {kind.name} of the state",
            names,
            tenant,
        )
    if granted := sorted(granted):
        many = f"{len(granted)} values" if len(granted) > 1 else "a value"
        yield _unknown("PLN156", f"{view.who} does not see {many} of the state", granted, tenant)


def _unknown(code: str, summary: str, names: Iterable[str], tenant: str) -> Diagnostic:
    return Diagnostic(
        Severity.INFO,
        code,
        f"not checked: {summary}, so whether they have drifted is unknown: {listed(names)}",
        hint="let somebody who sees all check for drift",
        tenant=tenant,
    )


def _set_aside(kind: GroupKind, names: Sequence[str], tenant: str, what: str) -> Diagnostic:
    """Report what is not done because some objects of a kind could not be understood."""
    return Diagnostic(
        Severity.WARNING,
        "TEN164",
        f"{what} {len(names)} {kind.name}, which may be an object of unexpected shape: "
        f"{listed(names)}",
        hint="the warnings TEN163 name the endpoints and ids: report them with the tracking id",
        tenant=tenant,
    )


def _unknown_parts(view: View, tenant: str) -> Iterator[Diagnostic]:
    """The unknown parts of the tenant: hidden from who reads, not readable, of unexpected shape."""
    if view.hidden:
        yield _partial(view, tenant)
    for kind, reason in view.unread.items():
        yield Diagnostic(
            Severity.INFO,
            "TEN160",
            f"not checked: the list of {kind.name} could not be read, so what the tenant has of "
            f"it is unknown: {reason}",
            hint="nothing refers to it; give the identity the right to read it if something should",
            tenant=tenant,
        )
    for each in view.odd:
        name = f" `{each.name}`" if each.name else ""
        yield Diagnostic(
            Severity.WARNING,
            "TEN163",
            f"{each.kind.name}{name} ({each.id}) is set aside: {each.reason}",
            hint="it is neither changed nor deleted, and nothing is concluded from it",
            tenant=tenant,
        )


def _partial(view: View, tenant: str) -> Diagnostic:
    why: dict[str, list[str]] = defaultdict(list)
    for kind, reason in view.hidden.items():
        why[reason].append(kind.name)
    return Diagnostic(
        Severity.INFO,
        "PLN154",
        f"{view.who} sees a part of the tenant only; unknown is what is hidden of "
        f"{listed([kind.name for kind in view.hidden])}",
        detail="\n".join(f"{', '.join(kinds)}: {reason}" for reason, kinds in why.items()),
        tenant=tenant,
    )


def _is_hidden(row: Row, live: LiveIndex, view: View) -> bool:
    kind = Address.parse(row.address).group_kind
    return view.hides(kind) and (kind, row.object_id) not in live.by_id


def _by_kind(addresses: Iterable[Address]) -> dict[GroupKind, list[str]]:
    found: dict[GroupKind, list[str]] = defaultdict(list)
    for address in sorted(addresses):
        found[address.group_kind].append(address.name)
    return found
