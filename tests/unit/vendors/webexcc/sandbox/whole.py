"""An inventory with at least one object of each type, and a link of each sort."""

from __future__ import annotations

from typing import Any

MORE: dict[str, list[Any]] = {
    "flow": ["Main IVR", "Night IVR"],
    "sub-flow": ["Greeting"],
    "function": ["score"],
    "skill-definition": ["German", {"name": "Level", "skillType": "Text"}],
    "skill-profile": [{"name": "Speaks German", "skills": ["German"]}],
    "multimedia-profile": ["Voice only"],
    "idle-wrapup-code": [
        {"name": "Lunch", "workTypeCode": "IDLE_CODE", "defaultCode": True},
        {"name": "Sale", "workTypeCode": "WRAP_UP_CODE"},
    ],
    "queue": [{"name": "Cards", "teams": ["Red"], "skills": ["German"], "music": "hold.wav"}],
    "channel": [{"name": "Chat & Mail", "flow": "Main IVR", "outdialQueue": "Cards"}],
    "desktop-profile": [
        "Plain",
        {
            "name": "Berlin desk (1)",
            "site": "Berlin",
            "queues": ["Cards"],
            "teams": ["Red"],
            "idleCodes": ["Lunch"],
            "addressBook": "Berlin numbers",
        },
    ],
    "desktop-layout": [{"name": "Wide", "teams": ["Red"]}],
    "address-book": [{"name": "Berlin numbers", "site": "Berlin"}, "Everybody"],
    "outdial-ani": ["Hotline"],
    "working-hour": [{"name": "Office", "holidays": "Bavaria", "overrides": "Flood"}],
    "holiday-list": ["Bavaria"],
    "override": ["Flood"],
    "audio-prompt": ["hold.wav"],
    "cad-variable": ["customer_id"],
}
