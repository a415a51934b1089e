"""Refusals of a sandbox: on the wire as the vendor words it, on the command line as an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.errors import ReconcilerError


class SandboxError(ReconcilerError):
    """A seed, an identity or a console action that cannot be; shown to the person at the terminal.

    Codes PRJ125 (seed), PRJ126 (identity), PRJ127 (action), PRJ128 (data).
    """


class Refusal(Exception):
    """An answer other than success; the vendor's sandbox knows how its body is worded."""

    def __init__(self, status: int, reason: str, facts: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.facts = facts or {}
