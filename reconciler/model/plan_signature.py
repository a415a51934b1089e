"""Signatures of saved plans: HMAC-SHA-256 over the plan's own JSON, with a key of the project's.

A signature says that a plan was saved by somebody who has the key. It replaces no other check.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Literal

from reconciler.model.plan import Plan, dump

PREFIX = "hmac-sha256:"

Verdict = Literal["good", "missing", "wrong"]


def signed(plan: Plan, key: bytes) -> Plan:
    """The plan with its signature, in place of any other one."""
    return replace(plan, signature=_signature(plan, key))


def verdict(plan: Plan, key: bytes) -> Verdict:
    """Whether the plan's signature was made with this key, of this very plan."""
    if not plan.signature:
        return "missing"
    # compared in constant time: how much of a guess is right cannot be measured
    same = hmac.compare_digest(plan.signature.encode(), _signature(plan, key).encode())
    return "good" if same else "wrong"


def _signature(plan: Plan, key: bytes) -> str:
    document = dump(replace(plan, signature=""))
    return PREFIX + hmac.new(key, document, "sha256").hexdigest()
