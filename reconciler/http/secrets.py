"""The secrets that this process has read, so that no message and no log holds one.

Messages of ours never hold one; what a tenant echoes, a library or a bug puts into an exception is
not ours. A secret is found in any case of its letters, encoded for a URL, for HTML or JSON, in hex
and in base64 (with whatever stands before it), and where only a part of a long one is left.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote

_known: set[str] = set()

_SHORTEST = 4
"""A shorter secret protects nothing, and would be cut out of every other word."""

_LEAST_ENCODED = 8
"""A shorter encoded form would be found in words that have nothing to do with it."""

_LONG, _PART = 32, 20
"""Of a secret as long as this, a part as long as this is kept out too: texts are cut somewhere."""

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
"""Makes ASCII letters small and keeps every place where it is, as `str.lower` does not."""

_ALWAYS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',;]+"), r"\1 ***"),
    (re.compile(r"(?<=://)[^\s/@]+(?=@)"), "***"),
)
"""Headers, and the name and password in a URL: of a proxy, of a database."""


def remember(secret: str) -> str:
    """The secret, which `redacted` knows from now on."""
    if len(secret) >= _SHORTEST:
        _known.add(secret)
    return secret


def redacted(text: str, token: str = "") -> str:
    """The text without any secret that was read, nor this token, however it is echoed."""
    secrets = _known | {token} if len(token) >= _SHORTEST else _known
    plain = text.translate(_LOWER)
    spans = sorted(span for secret in secrets for span in _places(plain, secret))
    kept, end = [], 0
    for start, stop in spans:
        if start >= end:
            kept.append(text[end:start])
        end = max(end, stop)
    text = "***".join([*kept, text[end:]])
    for pattern, instead in _ALWAYS:
        text = pattern.sub(instead, text)
    return text


def without(body: Any, token: str = "") -> Any:
    """Decoded JSON with every text in it redacted, keys too."""
    if isinstance(body, str):
        return redacted(body, token)
    if isinstance(body, list):
        return [without(each, token) for each in body]
    if isinstance(body, dict):
        return {redacted(key, token): without(each, token) for key, each in body.items()}
    return body


def _places(text: str, secret: str) -> Iterator[tuple[int, int]]:
    """Where a secret, or a part of a long one, stands in a text of small letters."""
    forms, parts = _forms(secret)
    for form in forms:
        at = text.find(form)
        while at >= 0:
            yield at, at + len(form)
            at = text.find(form, at + 1)
    if parts:
        for at in range(len(text) - _PART + 1):
            if text[at : at + _PART] in parts:
                yield at, at + _PART


@lru_cache(maxsize=64)
def _forms(secret: str) -> tuple[frozenset[str], frozenset[str]]:
    """How a secret may stand in a text, in small letters, and the parts of the long ones."""
    data = secret.encode("utf-8", "surrogatepass")
    once = quote(data, safe="")
    encoded = {once, quote(once, safe=""), quote(data), html.escape(secret), data.hex()}
    encoded |= {json.dumps(secret)[1:-1], json.dumps(secret)[1:-1].replace("/", "\\/")}
    for shift in range(3):
        # what stands before it decides on the first characters, what comes after it on the last
        first, last = (0, 2, 3)[shift], (len(data) + shift) * 8 // 6
        padded = b"\0" * shift + data
        for written in (base64.b64encode(padded), base64.urlsafe_b64encode(padded)):
            encoded.add(written.decode()[first:last])
    forms = {secret, *(each for each in encoded if len(each) >= _LEAST_ENCODED)}
    small = frozenset(each.translate(_LOWER) for each in forms)
    long = [each for each in small if len(each) >= _LONG]
    parts = {each[at : at + _PART] for each in long for at in range(len(each) - _PART + 1)}
    return small, frozenset(parts)
