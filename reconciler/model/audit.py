"""Events of a vendor audit log: who did what to which object, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One entry of an audit log; times are UTC, what the log does not say is empty.

    `actor` is who did it, by e-mail where the log has it, never by name. `target_id` is the
    vendor's id of the object as its API has it, `target_name` the name as the log writes it;
    both are empty where the log names nothing but the organization. `action` is the vendor's prose.
    `fits`: the category is that of what this vendor's kinds are. `tracking_id` is the log's own.
    """

    id: str
    at: datetime
    actor: str
    target_type: str = ""
    target_id: str = ""
    target_name: str = ""
    category: str = ""
    action: str = ""
    fits: bool = False
    tracking_id: str = ""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who probably made a difference, and when; `why` is what speaks for it.

    `by` is whose event is nearest, `others` are all who may have made it as well.

    - `certain`: one person alone changed that very object, known by its id, and did so when the
      tenant says that it was changed.
    - `likely`: one person alone, but the tenant does not say when, or the object is known by its
      name; or several changed that very object, and this one did so at that time.
    - `possible`: the log has nothing at the time of the change, several go by the name, or an
      event of that time fits, and nothing says that it was this object's.
    """

    by: str
    at: datetime
    confidence: Literal["certain", "likely", "possible"]
    event: str
    why: str
    others: tuple[str, ...] = ()
