"""The licences that Control Hub gives to users: a user's profile type has to fit."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.vendors.webexcc.sandbox.checks import one_of, refuse_unless
from reconciler.vendors.webexcc.sandbox.data import Data

PREMIUM, STANDARD, NONE = "premium", "standard", "none"

FITTING: Mapping[str, tuple[str, ...]] = {
    "ADMINISTRATOR": (PREMIUM,),
    "ADMINISTRATOR_ONLY": (NONE,),
    "SUPERVISOR": (PREMIUM, STANDARD),
    "PREMIUM_AGENT": (PREMIUM,),
    "STANDARD_AGENT": (STANDARD,),
}
"""What a holder of a profile of a type needs; the documents do not say which a supervisor has."""

KIND = "licence"
"""The rows of licences: each has the id of its user."""


def give(data: Data, user_id: str, profile_type: str, licence: object) -> None:
    """Give a user a licence, by default the one that goes with their profile's type."""
    fitting = FITTING[profile_type]
    held = fitting[0] if licence is None else licence
    held = one_of(held, "licence", (PREMIUM, STANDARD, NONE))
    data.store.put(KIND, {"id": user_id, "licence": held}, held)
    refuse_unfit(data, user_id, profile_type)


def refuse_unfit(data: Data, user_id: str, profile_type: str) -> None:
    """400 where the user's licence does not go with a profile of the type."""
    held = data.store.get(KIND, user_id)
    fitting = FITTING[profile_type]
    refuse_unless(
        held is None or held["licence"] in fitting,
        f"a user with licence {held and held['licence']} cannot have a profile of type "
        f"{profile_type}, which goes with licence {' or '.join(fitting)}",
    )
