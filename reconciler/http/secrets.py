"""The secrets that this process has read, so that what is told of a crash can leave them out.

Messages of ours never hold one; what a library or a bug puts into an exception is not ours.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_known: set[str] = set()

_SHORTEST = 4
"""A shorter secret protects nothing, and would be cut out of every other word."""

_ALWAYS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',;]+"), r"\1 ***"),
    (re.compile(r"(?<=://)[^\s/@]+(?=@)"), "***"),
)
"""Headers, and the name and password in a URL: of a proxy, of a database."""


def remember(secret: str) -> str:
    """The secret, which `redacted` knows from now on."""
    _known.update(_forms(secret))
    return secret


def _forms(secret: str) -> set[str]:
    """How a secret may stand in a text: as it is, and in a URL."""
    return {secret, quote(secret, safe="")} if len(secret) >= _SHORTEST else set()


def redacted(text: str, token: str = "") -> str:
    """The text without any secret that was read, nor this token, whoever put it there."""
    for each in sorted(_known | _forms(token), key=len, reverse=True):
        text = text.replace(each, "***")
    for pattern, instead in _ALWAYS:
        text = pattern.sub(instead, text)
    return text
