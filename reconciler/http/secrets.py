"""The secrets that this process has read, so that no message and no log holds one.

Messages of reconciler never hold one; what a tenant echoes, a library or a bug puts into an
exception may. A secret is found in any case of its letters, encoded for a URL, for HTML or JSON, in
hex and in base64 (with whatever stands before it), and where only a part of a long one is left.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote

_SHORTEST = 4
"""A shorter secret protects nothing, and would be cut out of every other word."""

_LEAST_ENCODED = 8
"""A shorter encoded form would be found in words that have nothing to do with it."""

_LONG, _PART = 32, 20
"""Of a secret as long as this, a part as long as this is kept out too: texts are cut somewhere."""

_START = _SHORTEST
"""How many characters of a short form it is looked up by."""

_BLOCK, _STRIDE = 10, 11
"""A long form is looked up by blocks of it: any part of 20 characters holds one of them whole."""

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
"""Makes ASCII letters small and keeps every place where it is, as `str.lower` does not."""

_ALWAYS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',;]+"), r"\1 ***"),
    (re.compile(r"(?<=://)[^\s/@]+(?=@)"), "***"),
)
"""Headers, and the name and password in a URL: of a proxy, of a database."""


class _Index:
    """The forms of secrets, such that searching a text costs as much for a thousand as for one."""

    def __init__(self) -> None:
        self.secrets: set[str] = set()
        self._starts: dict[str, set[str]] = defaultdict(set)
        self._blocks: dict[str, set[tuple[str, int]]] = defaultdict(set)

    def add(self, secret: str) -> None:
        """Search for this secret too."""
        if secret in self.secrets:
            return
        self.secrets.add(secret)
        for form in _forms(secret):
            if len(form) < _LONG:
                self._starts[form[:_START]].add(form)
                continue
            for at in range(0, len(form) - _BLOCK + 1, _STRIDE):
                self._blocks[form[at : at + _BLOCK]].add((form, at))

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """The places of a secret, or a part of a long one, in a text of small letters."""
        starts, blocks = self._starts, self._blocks
        for at in range(len(text) - _START + 1):
            if text[at : at + _START] in starts:
                for form in starts[text[at : at + _START]]:
                    if text.startswith(form, at):
                        yield at, at + len(form)
        for at in range(len(text) - _BLOCK + 1):
            if text[at : at + _BLOCK] in blocks:
                for form, offset in blocks[text[at : at + _BLOCK]]:
                    start, stop = _shared(text, at, form, offset)
                    if stop - start >= _PART:
                        yield start, stop


def _shared(text: str, at: int, form: str, offset: int) -> tuple[int, int]:
    """The longest stretch of the text around `at` that is in the form around `offset` too."""
    start, stop, here = at, at + _BLOCK, offset
    while start > 0 and here > 0 and text[start - 1] == form[here - 1]:
        start, here = start - 1, here - 1
    here = offset + _BLOCK
    while stop < len(text) and here < len(form) and text[stop] == form[here]:
        stop, here = stop + 1, here + 1
    return start, stop


_known = _Index()


@lru_cache(maxsize=64)
def _only(token: str) -> _Index:
    index = _Index()
    index.add(token)
    return index


def remember(secret: str) -> str:
    """The secret, which `redacted` knows from now on."""
    if len(secret) >= _SHORTEST:
        _known.add(secret)
    return secret


def redacted(text: str, token: str = "") -> str:
    """The text without any secret that was read, nor this token, however it is echoed."""
    plain = text.translate(_LOWER)
    spans = list(_known.places(plain))
    if len(token) >= _SHORTEST and token not in _known.secrets:
        spans.extend(_only(token).places(plain))
    kept, end = [], 0
    for start, stop in sorted(spans):
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


def _forms(secret: str) -> frozenset[str]:
    """The forms in which a secret may stand in a text, in small letters."""
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
    return frozenset(each.translate(_LOWER) for each in forms)
