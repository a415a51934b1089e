"""The forms of credentials that a vendor takes, as data: their parts, and the call for a token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Way = Literal["env", "file", "command"]
"""Where a secret may be: in a variable, in a file, or printed by a command."""

ANY_WAY: tuple[Way, ...] = ("env", "file", "command")
NO_COMMAND: tuple[Way, ...] = ("env", "file")


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """The call that fetches a new access token; the form is never shown.

    It goes as a form (RFC 6749, section 6), or `as_json`. `what` is what the token is for, and
    `help` what to do where none is given.
    """

    host: str
    path: str
    form: Mapping[str, str] = field(repr=False)
    as_json: bool
    what: str
    help: str


@dataclass(frozen=True, slots=True)
class CredentialPart:
    """One part of a form: its key in the project file, what messages call it, where it may be.

    `description` is for the editor. The vendor may answer with a new value for a part that
    `is_renewed`; it is then kept where the part is.
    """

    key: str
    words: str
    ways: tuple[Way, ...]
    description: str
    is_renewed: bool


@dataclass(frozen=True, slots=True)
class CredentialForm:
    """Credentials of several parts, such as a service app, for which the vendor gives a token.

    `key` is the form's in the project file, `title` and `plural` are what people call it,
    `description` is for the editor. `request(region, parts)` makes the call for an access token, of
    the tenant's region and of the values of all parts by their keys.
    """

    key: str
    title: str
    plural: str
    description: str
    parts: tuple[CredentialPart, ...]
    request: Callable[[str | None, Mapping[str, str]], TokenRequest]

    @property
    def renewed(self) -> CredentialPart | None:
        """The part that the vendor may answer with a new value for."""
        return next((part for part in self.parts if part.is_renewed), None)


TOKEN = CredentialPart(
    "", "token", ANY_WAY, "Where the token is; it is never written here.", is_renewed=False
)
"""An access token that somebody fetched: what stands under `credentials` by itself."""
