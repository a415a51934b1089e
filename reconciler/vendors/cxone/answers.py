"""Answers of CXone that are of no known shape, and its refusals in all of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reconciler.errors import TenantError
from reconciler.http.fields import in_words

_ODD = (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError)
"""What reading a value of another shape raises; a list index is never asked for."""


@contextmanager
def documented(what: str, tracking_id: str = "") -> Iterator[None]:
    """An answer that is not of the known shape is an error of the tenant, not of ours."""
    try:
        yield
    except _ODD as error:
        raise TenantError(
            "TEN113",
            f"{what}: the answer is not of the known shape: {in_words(error)}",
            tracking_id=tracking_id,
            hint="this version may not know it yet: update reconciler",
        ) from error


def explain(body: Any, text: str) -> tuple[str, str]:
    """Reason and tracking id of UserHub's bodies, the gateway's and the ACD's; bare text else."""
    if not isinstance(body, dict):
        return " ".join(text.split())[:300], ""
    keys = ("code", "details", "errorDescription", "error_description", "message", "errors")
    told = [str(each) for key in keys if (each := body.get(key))]
    return ": ".join(dict.fromkeys(told)), ""
