"""The ways in which Webex writes an id: a UUID, or base64 of `ciscospark://us/PEOPLE/<uuid>`."""

from __future__ import annotations

import base64
import re

UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PLAIN_ID = re.compile(UUID.pattern + "|[0-9a-f]{24}")


def uuid_of(webex_id: str) -> str:
    """The UUID in an id of Webex; raises ValueError for what is not base64."""
    return _decoded(webex_id).rpartition("/")[2].lower()


def plain_id(written: str) -> str:
    """The id in any of these ways; what is none of them stays as it is."""
    if PLAIN_ID.fullmatch(written.lower()):
        return written.lower()
    try:
        last = uuid_of(written)
    except ValueError:
        return written
    return last if PLAIN_ID.fullmatch(last) else written


def webex_id(organization: str) -> str:
    """The id of an organization as the APIs of Webex take it."""
    raw = f"ciscospark://us/ORGANIZATION/{organization}".encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(webex_id: str) -> str:
    padded = webex_id + "=" * (-len(webex_id) % 4)
    return base64.urlsafe_b64decode(padded).decode()
