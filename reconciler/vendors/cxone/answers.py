"""Answers of CXone that are of no known shape, and its refusals in all of theirs."""

from __future__ import annotations

from typing import Any

from reconciler.http.shape import shape_check

documented = shape_check("known", "this version may not know it yet: update reconciler")
"""Reads an answer; one of another shape is an error of the tenant, not of reconciler."""


def explain(body: Any, text: str) -> tuple[str, str]:
    """Reason and tracking id of UserHub's bodies, the gateway's and the ACD's; bare text else."""
    if not isinstance(body, dict):
        return " ".join(text.split())[:300], ""
    keys = ("code", "details", "errorDescription", "error_description", "message", "errors")
    told = [str(each) for key in keys if (each := body.get(key))]
    return ": ".join(dict.fromkeys(told)), ""
