"""Answers of a shape that nobody expects: an error of the tenant's, in a vendor's words.

What decodes answers is loaded by `validate`, so nothing here may import the HTTP library.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from reconciler.errors import UnexpectedAnswerError
from reconciler.http.fields import in_words

ODD = (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError)
"""What reading a value of another shape raises; a list index is never asked for."""


class ShapeCheck(Protocol):
    """Turns what reading an odd answer raises into a TenantError that names the call."""

    def __call__(self, what: str, tracking_id: str = "") -> AbstractContextManager[None]:
        """Read an answer within the block; `what` is the call."""


def shape_check(known: str, hint: str) -> ShapeCheck:
    """The check of a vendor: `known` is what its shapes are, `hint` what to do."""

    @contextmanager
    def check(what: str, tracking_id: str = "") -> Iterator[None]:
        try:
            yield
        except ODD as error:
            raise UnexpectedAnswerError(
                "TEN113",
                f"{what}: the answer is not of the {known} shape: {in_words(error)}",
                tracking_id=tracking_id,
                hint=hint,
            ) from error

    return check
