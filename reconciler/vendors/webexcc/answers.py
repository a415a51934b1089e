"""Answers of the Webex API that are of no documented shape."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.errors import TenantError


@contextmanager
def documented(what: str, tracking_id: str = "") -> Iterator[None]:
    """An answer that is not of the documented shape is an error of the tenant, not of ours."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise TenantError(
            "TEN113",
            f"{what}: an answer is not of the documented shape ({type(error).__name__}: {error})",
            tracking_id=tracking_id,
        ) from error
