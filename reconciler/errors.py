"""Everything that stops a command, as one tree; each class owns its exit code and outcome.

ReconcilerError                 a refusal or a failure that a person reads, never a traceback
├── UsageError                  the command line asks for something that cannot be
├── ProjectError                reconciler.yaml, its tenants, their credentials
├── StateError                  the state database cannot be used
│   └── LockedError             another run holds the tenant
├── TenantError                 the vendor refused, failed or answered what nobody expects
│   ├── NotFoundError           the object is not in the tenant
│   ├── UnknownOutcomeError     the answer to a write was lost
│   ├── UnexpectedAnswerError   an answer is not of the documented shape
│   ├── AnotherObjectError      the name of a new object is that of another one
│   └── MisappliedWriteError    a write did something else than it says: none may follow
├── StalePlanError              what a plan was made from has changed
├── BlockedError                guards stop a plan, and nobody gave leave (model/plan.py)
└── CancelledError              the person did not say yes
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Told:
    """The message of an error: one line, the detail behind it, and what to do next."""

    code: str
    summary: str
    detail: str = ""
    hint: str = ""
    address: str = ""


class ReconcilerError(Exception):
    """A refusal or a failure with a stable code; the command line prints it and exits."""

    exit_code = 1
    outcome = "error"

    def __init__(
        self, code: str, summary: str, *, detail: str = "", hint: str = "", address: str = ""
    ) -> None:
        super().__init__(f"{code}: {summary}")
        self.told = Told(code, summary, detail, hint, address)

    def add(self, more: str) -> None:
        """Add more detail, below what is there."""
        detail = f"{self.told.detail}\n{more}" if self.told.detail else more
        self.told = replace(self.told, detail=detail)

    def about(self, address: str) -> None:
        """Name the object that this is about, unless one is named already."""
        self.told = replace(self.told, address=self.told.address or address)


class UsageError(ReconcilerError):
    """The command line names something that is not there or does not fit together."""


class ProjectError(ReconcilerError):
    """The project file, one of its tenants or a tenant's credentials cannot be used."""


class StateError(ReconcilerError):
    """The state database cannot be read or written."""


class LockedError(StateError):
    """Another run holds the tenant's lock."""

    outcome = "locked"


class TenantError(ReconcilerError):
    """A vendor's refusal or failure: carries the operation and the vendor's tracking id.

    `attempts` says how many times the request was sent until it was given up. After one that is
    `lasting` it is unknown what the tenant would answer next (no token, no connection, no request
    left), so that nothing more is sent. `reason` is the vendor's own word for a refusal, empty
    where it gave none.
    """

    def __init__(  # noqa: PLR0913 - one keyword for each fact that a support case asks for
        self,
        code: str,
        summary: str,
        *,
        status: int | None = None,
        tracking_id: str = "",
        detail: str = "",
        hint: str = "",
        address: str = "",
        lasting: bool = False,
        reason: str = "",
    ) -> None:
        super().__init__(code, summary, detail=detail, hint=hint, address=address)
        self.reason = reason
        self.status = status
        self.lasting = lasting
        self.tracking_id = tracking_id
        self.attempts = 1


class NotFoundError(TenantError):
    """The vendor answers that there is no such object (any more)."""


class UnknownOutcomeError(TenantError):
    """The answer to a write was lost: whether it landed, only reading can show.

    `status` is the one that came in place of an answer (5xx, or a success that could not be read);
    without any the write may still be under way.
    """

    @classmethod
    def of(cls, error: TenantError) -> UnknownOutcomeError:
        """The same failure, of a write."""
        unknown = cls(
            error.told.code,
            error.told.summary,
            status=error.status,
            tracking_id=error.tracking_id,
            detail=error.told.detail,
            hint="whether the write landed is unknown: run `reconciler plan` to see",
            lasting=error.lasting,
        )
        unknown.attempts = error.attempts
        return unknown

    @classmethod
    def unread(
        cls, error: ReconcilerError, *, tracking_id: str = "", attempts: int = 1
    ) -> UnknownOutcomeError:
        """The failure of the read that follows a write: the tenant accepted the write itself.

        `tracking_id` and `attempts` are the write's.
        """
        own = error if isinstance(error, TenantError) else None
        settled = "the next `reconciler apply` or `apply --resume` reads the object and records it"
        unknown = cls(
            error.told.code,
            f"the tenant accepted the write, but reading the object back failed: "
            f"{error.told.summary}",
            status=own.status if own else None,
            tracking_id=tracking_id or (own.tracking_id if own else ""),
            detail=error.told.detail,
            hint="\n".join(filter(None, (error.told.hint, settled))),
            lasting=own.lasting if own else False,
        )
        unknown.attempts = attempts
        unknown.__cause__ = error
        return unknown


class UnexpectedAnswerError(TenantError):
    """An answer came whose shape nobody can make sense of."""


class AnotherObjectError(TenantError):
    """What carries the name of an object that was to be made is another object."""


class MisappliedWriteError(TenantError):
    """The tenant made something else of a write than was written: no other write may follow."""


class StalePlanError(ReconcilerError):
    """The tenant, the manifests or the project are no longer what the plan was made from."""

    outcome = "stale"


class CancelledError(ReconcilerError):
    """The question before an apply was not answered with `yes`."""

    outcome = "cancelled"
