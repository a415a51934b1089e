"""What a vendor's audit log tells: who did what to which object, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One entry of an audit log; times are UTC, what the log does not tell is empty.

    `actor` is who did it, by e-mail where the log has it. `target_id` and `target_name` are the
    object's as the vendor's log writes them; `action` is the vendor's prose.
    """

    id: str
    at: datetime
    actor: str
    target_type: str = ""
    target_id: str = ""
    target_name: str = ""
    category: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who probably made a difference, and when; `why` is what speaks for it.

    - `certain`: one person alone changed that very object, known by its id, in that time.
    - `likely`: the object is known by its name alone, or several events of one person fit.
    - `possible`: an event of that time fits, and nothing says that it was this object's.
    """

    by: str
    at: datetime
    confidence: Literal["certain", "likely", "possible"]
    event: str
    why: str
