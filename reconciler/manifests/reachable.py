"""Whether a tenant can be reached: an embedded sandbox, one that is served, a real tenant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reconciler.manifests.tenant_block import SandboxBlock, TenantBlock
from reconciler.model.diagnostic import Path
from reconciler.model.rate import Rate
from reconciler.model.suggestion import did_you_mean
from reconciler.vendor import Kind, Removal, Vendor

Found = tuple[str, Path, str, str, bool]
"""Code, path, summary, hint, and whether the key is meant."""

_BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
LOOPBACK = rf"http://(localhost|127(\.{_BYTE}){{3}}|\[::1\])(:{_PORT})?/?"
"""The URLs of this machine and of no other: no user, no path, nothing that can be read twice."""


def problems(tenant: TenantBlock, vendor: Vendor, at: Path) -> Iterator[Found]:
    """All that is wrong with how one tenant is reached and treated."""
    if tenant.sandbox is None:
        yield from _real(tenant, vendor, at)
    elif tenant.sandbox.url is not None:
        yield from _served(tenant, tenant.sandbox, at)
    else:
        yield from _embedded(tenant, tenant.sandbox, at)
    yield from _in_parts(tenant, vendor, at)
    yield from _audit(tenant, vendor, at)
    yield from _rates(tenant, at)
    yield from _assumed(tenant, vendor, at)
    yield from _unmanaged(tenant, vendor, at)
    yield from _organization(tenant, vendor, at)


def _organization(tenant: TenantBlock, vendor: Vendor, at: Path) -> Iterator[Found]:
    wanted = vendor.organization
    if tenant.organization is None or wanted is None:
        return
    if not re.fullmatch(wanted.expression, tenant.organization):
        said = f"`{tenant.organization}` is no organization of {vendor.title}"
        yield "PRJ170", (*at, "organization"), said, f"write {wanted.words}", False


def loopback(url: str) -> str | None:
    """The origin of a sandbox that is served on this machine, None for every other URL.

    `localhost` is taken for 127.0.0.1, whatever the machine's tables say.
    """
    if not re.fullmatch(LOOPBACK, url):
        return None
    origin = url.rstrip("/").replace("localhost", "127.0.0.1")
    return origin if re.search(r":[0-9]+$", origin) else f"{origin}:80"


def _real(tenant: TenantBlock, vendor: Vendor, at: Path) -> Iterator[Found]:
    missing = _missing(tenant, ("organization", "region", "credentials"))
    if missing:
        hint = "add it, or make it a sandbox: `sandbox: {seed: FILE}`"
        yield "PRJ104", at, f"the tenant has no {missing}", hint, True
    elif tenant.region not in vendor.regions:
        said = f"{vendor.title} has no region `{tenant.region}`"
        hint = "write one of " + ", ".join(vendor.regions)
        yield "PRJ105", (*at, "region"), said, hint, False


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


def _in_parts(tenant: TenantBlock, vendor: Vendor, at: Path) -> Iterator[Found]:
    """Service apps and access keys, where the vendor has none."""
    audit = tenant.audit.credentials if tenant.audit else None
    for path, written in ((("credentials",), tenant.credentials), (_OF_AUDIT, audit)):
        for field, key, what, request in (
            ("service_app", "serviceApp", "service apps", vendor.token_request),
            ("access_key", "accessKey", "access keys", vendor.access_key),
        ):
            if written is not None and hasattr(written, field) and request is None:
                said = f"{vendor.title} has no {what} that are known here"
                hint = "use `env`, `file` or `command`"
                yield "PRJ161", (*at, *path, key), said, hint, True


_OF_AUDIT = ("audit", "credentials")


def _audit(tenant: TenantBlock, vendor: Vendor, at: Path) -> Iterator[Found]:
    audit, is_embedded = tenant.audit, tenant.sandbox is not None and tenant.sandbox.url is None
    if audit is None:
        return
    if vendor.audit is None:
        said = f"{vendor.title} has no audit log that is known here"
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
            said = f"`{text}` is no rate"
            yield "PRJ165", (*at, *path), said, "write it like `285/min`, `5/s` or `9000/h`", False


def _assumed(tenant: TenantBlock, vendor: Vendor, at: Path) -> Iterator[Found]:
    known = vendor.assumed
    for number, each in enumerate(tenant.assumed):
        if each not in known:
            listed = "it has " + ", ".join(known) if known else "it has none: remove it"
            said = f"{vendor.title} has no assumed endpoint `{each}`"
            hint = did_you_mean(each, known, otherwise=listed)
            yield "PRJ166", (*at, "assumed", number), said, hint, False


def _unmanaged(tenant: TenantBlock, vendor: Vendor, at: Path) -> Iterator[Found]:
    at, kinds = (*at, "unmanaged"), {kind.name: kind for kind in vendor.kinds}
    by_kind = isinstance(tenant.unmanaged, Mapping)
    for name, what in by_kinds(tenant, vendor).items():
        place = (*at, name) if by_kind else at
        if name not in kinds:
            hint = did_you_mean(name, kinds, otherwise="the kinds are " + ", ".join(kinds))
            yield "PRJ102", place, f"{vendor.title} has no kind `{name}`", hint, True
        elif what == "prune" and stays(vendor.kind(name)):
            hint = "write `report` or `ignore`: people are never deleted"
            yield "PRJ167", place, f"`prune` is not possible for {name}", hint, False


def by_kinds(tenant: TenantBlock, vendor: Vendor) -> Mapping[str, str]:
    """What is done, kind by kind, about objects that Git lacks.

    Where all that can be deleted is pruned, the rest is reported.
    """
    said = tenant.unmanaged
    if isinstance(said, Mapping):
        return said
    return {k.name: "report" if said == "prune" and stays(k) else said for k in vendor.kinds}


def stays(kind: Kind) -> bool:
    """Whether objects of a kind are never deleted, whatever Git says."""
    return kind.person or kind.removal is Removal.FORGET
