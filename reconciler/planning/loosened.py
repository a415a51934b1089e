"""The guard of policy: a change that loosens checks has to be allowed by a reader of the list."""

from __future__ import annotations

from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.plan import BlockedError, Finding
from reconciler.model.set_aside import Base


def findings(base: Base | None) -> tuple[Diagnostic, ...]:
    """The one finding about a change that loosens anything."""
    if base is None or not base.loosens:
        return ()
    count = len(base.loosens)
    return (
        Diagnostic(
            Severity.ERROR,
            "PLN157",
            f"this change loosens {count} setting{'s' if count != 1 else ''} of the checks, "
            f"compared with {base.revision}",
            hint="keep the settings as they were, or make that change by itself",
            guard="policy",
        ),
    )


def refuse(base: Base | None, *allowed: str) -> None:
    """Raises BlockedError for what a change loosens, unless one of the digests stands for it."""
    if base is None or not base.loosens or base.digest in allowed:
        return
    stopped = tuple(
        Finding(
            Severity.ERROR,
            "PLN157",
            f"{each.setting}: {each.summary}, compared with {base.revision}",
            file=each.file,
            line=each.line,
        )
        for each in base.loosens
    )
    raise BlockedError(stopped, f"policy:{base.digest}")
