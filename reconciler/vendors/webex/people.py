"""The person or machine account that a token belongs to, as `/people/me` of Webex answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from reconciler.contract.connection import Endpoint
from reconciler.errors import TenantError
from reconciler.http import fields
from reconciler.http.secrets import redacted
from reconciler.http.session import ReadSession
from reconciler.vendors.webex.answers import array, documented
from reconciler.vendors.webex.hosts import WEBEX
from reconciler.vendors.webex.ids import UUID, uuid_of


@dataclass(frozen=True, slots=True)
class TokenOwner:
    """The owner of a token; `person` is their UUID, None for a machine account."""

    name: str
    person: str | None


async def token_owner(session: ReadSession, endpoint: Endpoint) -> TokenOwner | None:
    """GET /people/me, once for all groups; raises TenantError where the token is another
    organization's.

    None where the token may not ask that: nobody knows whose it is.
    """
    return await endpoint.once.of("GET /people/me", lambda: _asked(session, endpoint.organization))


async def _asked(session: ReadSession, organization: str) -> TokenOwner | None:
    try:
        answer = await session.at(WEBEX).get("/v1/people/me")
    except TenantError as error:
        if error.status not in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
            raise
        return None
    with documented("GET /people/me", answer.tracking_id):
        theirs = uuid_of(answer.body["orgId"])
        if theirs != organization.lower():
            # a token of the vendor ends with the id of its organization, which is no secret
            shown = theirs if UUID.fullmatch(theirs) else redacted(theirs)[:80]
            raise TenantError(
                "TEN130",
                f"the token is of organization {shown}, the tenant is {organization}",
                tracking_id=answer.tracking_id,
                hint="use a token of that organization, or correct `organization`",
            )
        return _owner(answer.body)


def _owner(me: Mapping[str, Any]) -> TokenOwner:
    emails = array(me, "emails", str)
    name = emails[0] if emails else fields.text(me, "displayName") or "an unknown account"
    fields.text_of(name, "emails", fields.MOST_OF_A_NAME)
    return TokenOwner(name, uuid_of(me["id"]) if me.get("type") == "person" else None)
