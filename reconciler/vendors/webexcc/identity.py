"""The user of the contact center behind a token, and what of the tenant they do not see.

A machine account has no user, so its rights are unknown; what it is refused is then an error
like another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.errors import NotFoundError, TenantError
from reconciler.http import fields
from reconciler.http.session import ReadSession
from reconciler.model.live import Identity, LiveObject
from reconciler.model.value import Ref
from reconciler.vendors.webex.answers import documented
from reconciler.vendors.webex.people import TokenOwner
from reconciler.vendors.webexcc import wire
from reconciler.vendors.webexcc.models import COLLECTION_TYPES
from reconciler.vendors.webexcc.permissions import COLLECTION_TYPES_OF, NO_ACCESS
from reconciler.vendors.webexcc.wire import COLLECTION, PROFILE, USER

FORBIDDEN = 403

PERMISSION_OF: Mapping[str, str] = {
    PROFILE: "user-profile",
    COLLECTION: "resource-collection",
    USER: "user",
    **{kind: name for name, kinds in COLLECTION_TYPES_OF.items() for kind in kinds},
}
"""The permission that lets a kind or resource type be read."""

NOBODY = "the owner of the token is unknown: it may not call GET /people/me"


async def identify(session: ReadSession, organization: str, owner: TokenOwner | None) -> Identity:
    """The user behind a person, with the profile that decides on their rights."""
    if owner is None:
        return Identity("an unknown account")
    if owner.person is None:
        return Identity(owner.name)
    person = fields.segment(owner.person)
    path = f"/organization/{fields.segment(organization)}/v2/user/by-ci-user-id/{person}"
    try:
        answer = await session.get(path, {"includeUserProfile": "true"})
    except NotFoundError:
        return Identity(owner.name)
    with documented("GET v2/user/by-ci-user-id", answer.tracking_id):
        user = answer.body
        rights = wire.profile(user["userProfileGranularAccessData"])
        email = fields.name(user, "email")
        return Identity(email, Ref(fields.identifier(user, "id")), rights)


def unseen(
    owner: TokenOwner | None,
    identity: Identity,
    refused: Mapping[str, TenantError],
    collections: Iterable[LiveObject],
    wanted: frozenset[str],
) -> dict[str, str]:
    """The kinds and types that the identity sees a part of only, or nothing, with the reason.

    Where it is unknown who asks (`owner` is None), they may see a part of everything: it could be a
    delegated administrator whose token may not ask. `refused` has the lists that were answered
    with 403, `wanted` the kinds that manifests are of. Raises TenantError for the list of a kind
    that cannot be done without, or that their rights allow; a resource type is left to `unread`.
    """
    found = (
        _of_collections(identity, collections) if owner else dict.fromkeys(PERMISSION_OF, NOBODY)
    )
    for kind, error in refused.items():
        if owner is None and kind not in wanted:
            continue
        permission = PERMISSION_OF[kind]
        levels = identity.rights.values["permissions"] if identity.rights else None
        is_denied = isinstance(levels, Mapping) and levels.get(permission, "none") in NO_ACCESS
        if not is_denied or error.status != FORBIDDEN:
            if kind in COLLECTION_TYPES:
                continue
            raise error
        assert identity.rights is not None  # noqa: S101 - the levels are theirs
        why = f"their profile `{identity.rights.name}` has no view on `{permission}`"
        if kind in wanted:
            raise TenantError(
                "WCC155" if kind == PROFILE else "TEN103",
                f"{identity.name} may not read any {kind}: {why}",
                status=error.status,
                tracking_id=error.tracking_id,
                hint=f"give the profile view on `{permission}`, or use another identity",
            ) from error
        found[kind] = why
    return found


def unread(refused: Mapping[str, TenantError], partial: Mapping[str, str]) -> dict[str, str]:
    """The resource types whose list is refused for a reason that `partial` does not have."""
    return {
        kind: error.told.summary
        for kind, error in refused.items()
        if kind in COLLECTION_TYPES and (kind not in partial or error.status != FORBIDDEN)
    }


def _of_collections(identity: Identity, collections: Iterable[LiveObject]) -> dict[str, str]:
    """What is hidden from who is limited to collections: all but the types of which these have all.

    It is unknown whether users without a team are seen, so users are never taken for complete.
    """
    limits = identity.rights.values["resources"] if identity.rights else None
    if identity.rights is None or not isinstance(limits, Mapping):
        return {}
    own = limits["collections"]
    mine = [each for each in collections if isinstance(own, frozenset) and each.id in own]
    whole = {kind for each in mine for kind, chosen in _contents(each).items() if chosen == "all"}
    why = f"their profile `{identity.rights.name}` is limited to collections"
    return {
        kind: why for kind in (COLLECTION, PROFILE, USER, *COLLECTION_TYPES) if kind not in whole
    }


def _contents(collection: LiveObject) -> Mapping[str, object]:
    contents = collection.values["resources"]
    return contents if isinstance(contents, Mapping) else {}
