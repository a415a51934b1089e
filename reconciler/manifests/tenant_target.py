"""Whether a tenant can be reached: an embedded sandbox, one that is served, a real tenant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reconciler.contract.answers import offered
from reconciler.contract.lifecycle import Removal
from reconciler.contract.vendor import Kind
from reconciler.groups import Groups
from reconciler.manifests.tenant_block import SandboxBlock, TenantBlock
from reconciler.model.address import GroupKind
from reconciler.model.diagnostic import Path
from reconciler.model.rate import Rate
from reconciler.model.suggestion import did_you_mean

Found = tuple[str, Path, str, str, bool]
"""Code, path, summary, hint, and whether the key is meant."""

_BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
LOOPBACK = rf"http://(localhost|127(\.{_BYTE}){{3}}|\[::1\])(:{_PORT})?/?"
"""The URLs of this machine and of no other: no user, no path, nothing that can be read twice."""


def problems(tenant: TenantBlock, groups: Groups, at: Path) -> Iterator[Found]:
    """All that is wrong with how one tenant is reached and treated."""
    if tenant.sandbox is None:
        yield from _real(tenant, groups, at)
    elif tenant.sandbox.url is not None:
        yield from _served(tenant, tenant.sandbox, at)
    else:
        yield from _embedded(tenant, tenant.sandbox, at)
    yield from _credentials(tenant, groups, at)
    yield from _audit(tenant, groups, at)
    yield from _rates(tenant, at)
    yield from _assumed(tenant, groups, at)
    yield from _unmanaged(tenant, groups, at)
    yield from _organization(tenant, groups, at)


def _organization(tenant: TenantBlock, groups: Groups, at: Path) -> Iterator[Found]:
    found = ((each, wanted) for each in groups if (wanted := offered(each.organization)))
    vendor, wanted = next(found, (None, None))
    if tenant.organization is None or vendor is None or wanted is None:
        return
    if not re.fullmatch(wanted.expression, tenant.organization):
        said = f"`{tenant.organization}` is not a valid organization of {vendor.title}"
        yield "PRJ170", (*at, "organization"), said, f"write {wanted.words}", False


def loopback(url: str) -> str | None:
    """The origin of a sandbox that is served on this machine, None for every other URL.

    `localhost` is taken for 127.0.0.1, whatever the machine's tables say.
    """
    if not re.fullmatch(LOOPBACK, url):
        return None
    origin = url.rstrip("/").replace("localhost", "127.0.0.1")
    return origin if re.search(r":[0-9]+$", origin) else f"{origin}:80"


def _real(tenant: TenantBlock, groups: Groups, at: Path) -> Iterator[Found]:
    missing = _missing(tenant, ("organization", "region", "credentials"))
    if missing:
        hint = "add it, or make it a sandbox: `sandbox: {seed: FILE}`"
        yield "PRJ104", at, f"the tenant has no {missing}", hint, True
    for vendor in groups if not missing else ():
        if tenant.region not in vendor.regions:
            said = f"{vendor.title} has no region `{tenant.region}`"
            hint = "write one of " + ", ".join(vendor.regions)
            yield "PRJ105", (*at, "region"), said, hint, False
            return


def _served(tenant: TenantBlock, sandbox: SandboxBlock, at: Path) -> Iterator[Found]:
    inner = (*at, "sandbox")
    for key, value in (("seed", sandbox.seed), ("as", sandbox.identity), ("rate", sandbox.rate)):
        if value is not None:
            hint = f"remove it: whoever serves the sandbox decides on its {key}"
            yield "PRJ104", (*inner, key), f"a sandbox with a `url` has no `{key}`", hint, True
    if loopback(str(sandbox.url)) is None:
        said = "a sandbox is served on this machine only, over plain http"
        yield "PRJ164", (*inner, "url"), said, "write it like `http://127.0.0.1:8080`", False
    if tenant.region is not None:
        hint = "remove it: the sandbox answers for every host"
        yield "PRJ104", (*at, "region"), "a sandbox has no region", hint, True
    if missing := _missing(tenant, ("organization", "credentials")):
        hint = "`reconciler sandbox serve` shows both when it starts"
        yield "PRJ104", at, f"the tenant has no {missing}", hint, True


def _embedded(tenant: TenantBlock, sandbox: SandboxBlock, at: Path) -> Iterator[Found]:
    if sandbox.seed is None:
        said = "the sandbox has neither a `seed` nor a `url`"
        hint = "write `seed: FILE`, or the `url` of one that is served"
        yield "PRJ104", (*at, "sandbox"), said, hint, True
    for key in ("organization", "region", "credentials"):
        if getattr(tenant, key) is not None:
            hint = "remove it, or remove `sandbox`"
            yield "PRJ104", (*at, key), f"a sandbox has no {key}", hint, True


def _missing(tenant: TenantBlock, keys: tuple[str, ...]) -> str:
    return " and no ".join(key for key in keys if getattr(tenant, key) is None)


def _credentials(tenant: TenantBlock, groups: Groups, at: Path) -> Iterator[Found]:
    """Forms of credentials that the tenant's vendors do not take."""
    audit = tenant.audit.credentials if tenant.audit else None
    forms = groups.credential_forms
    others = ["`env`, `file` or `command`"] if groups.token else []
    hint = f"use {' or '.join([*others, *(f'`{key}`' for key in forms)])}"
    for path, written in ((("credentials",), tenant.credentials), (_OF_AUDIT, audit)):
        if isinstance(written, Mapping):
            for key in written.keys() - forms.keys():
                said = f"{groups.title} takes no `{key}` that is known here"
                yield "PRJ161", (*at, *path, key), said, hint, True
        elif written is not None and groups.token is None:
            said = f"{groups.title} takes no token by itself"
            yield "PRJ161", (*at, *path), said, hint, True


_OF_AUDIT = ("audit", "credentials")


def _audit(tenant: TenantBlock, groups: Groups, at: Path) -> Iterator[Found]:
    audit, is_embedded = tenant.audit, tenant.sandbox is not None and tenant.sandbox.url is None
    if audit is None:
        return
    if not groups.audits:
        said = f"{groups.title} has no audit log that is known here"
        yield "PRJ154", (*at, "audit"), said, "remove it", True
    if is_embedded and audit.credentials is not None:
        hint = "remove it: `audit: {}` is enough, `as` chooses who reads the log"
        yield "PRJ104", (*at, *_OF_AUDIT), "a sandbox has no credentials", hint, True
    elif not is_embedded and audit.credentials is None:
        hint = "add `credentials`, in any of the forms of the tenant's own"
        yield "PRJ104", (*at, "audit"), "the audit log has no credentials", hint, True
    if not is_embedded and audit.identity is not None:
        hint = "remove it: its credentials decide who reads the log"
        yield "PRJ104", (*at, "audit", "as"), "only an embedded sandbox has `as`", hint, True


def _rates(tenant: TenantBlock, at: Path) -> Iterator[Found]:
    inner = tenant.sandbox.rate if tenant.sandbox else None
    for path, text in ((("rate",), tenant.rate), (("sandbox", "rate"), inner)):
        if text is not None and Rate.parse(text) is None:
            said = f"`{text}` is not a valid rate"
            yield "PRJ165", (*at, *path), said, "write it like `285/min`, `5/s` or `9000/h`", False


def _assumed(tenant: TenantBlock, groups: Groups, at: Path) -> Iterator[Found]:
    every = {each for vendor in groups for each in vendor.assumed}
    for number, each in enumerate(tenant.assumed):
        found = _meant(each, groups)
        place = (*at, "assumed", number)
        if len(found) > 1:
            said = f"{' and '.join(found)} have an assumed endpoint `{each}`"
            yield "PRJ166", place, said, f"write `{found[0]}/{each}`", False
        elif not found:
            listed = "it has " + ", ".join(sorted(every)) if every else "it has none: remove it"
            said = f"{groups.title} has no assumed endpoint `{each}`"
            yield "PRJ166", place, said, did_you_mean(each, every, otherwise=listed), False


def _meant(assumed: str, groups: Groups) -> list[str]:
    """The groups that an assumed endpoint may be of, written as `ID` or as `GROUP/ID`."""
    group, _, name = assumed.rpartition("/")
    return [v.name for v in groups if name in v.assumed and group in ("", v.name)]


def assumed_by_group(tenant: TenantBlock, groups: Groups) -> Mapping[str, frozenset[str]]:
    """The unpublished calls to use, by group."""
    found: dict[str, set[str]] = {group: set() for group in groups.names}
    for each in tenant.assumed:
        for group in _meant(each, groups):
            found[group].add(each.rpartition("/")[2])
    return {group: frozenset(each) for group, each in found.items() if each}


def _unmanaged(tenant: TenantBlock, groups: Groups, at: Path) -> Iterator[Found]:
    said = tenant.unmanaged
    if not isinstance(said, Mapping):
        return
    every = [kind.name for kind in groups.kinds.values()]
    for name, what in said.items():
        place, found = (*at, "unmanaged", name), groups.named(name)
        if not found:
            hint = did_you_mean(name, every, otherwise="the kinds are " + ", ".join(every))
            yield "PRJ102", place, f"{groups.title} has no kind `{name}`", hint, True
        elif len(found) > 1:
            listed = ", ".join(f"`{each}`" for each in found)
            hint = "write the group before it"
            yield "PRJ102", place, f"`{name}` may be any of {listed}", hint, True
        elif what == "prune" and stays(groups.kinds[found[0]]):
            hint = "write `report` or `ignore`: people are never deleted"
            yield "PRJ167", place, f"`prune` is not possible for {name}", hint, False


def by_kinds(tenant: TenantBlock, groups: Groups) -> Mapping[GroupKind, str]:
    """What is done, kind by kind, about objects that Git lacks.

    Where all that can be deleted is pruned, the rest is reported.
    """
    said = tenant.unmanaged
    if isinstance(said, Mapping):
        return {key: what for name, what in said.items() for key in groups.named(name)}
    return {
        key: "report" if said == "prune" and stays(kind) else said
        for key, kind in groups.kinds.items()
    }


def stays(kind: Kind) -> bool:
    """Whether objects of a kind are never deleted, whatever Git says."""
    return kind.shape.person or kind.lifecycle.removal is Removal.FORGET
