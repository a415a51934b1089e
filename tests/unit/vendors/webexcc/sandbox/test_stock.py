"""The inventory of a seed: what the API would take, and plain words where it would not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.errors import SandboxError
from reconciler.vendors.webexcc.sandbox.tenant import WebexSandbox
from tests.unit.vendors.webexcc.sandbox.asking import ORGANIZATION


def seeded(folder: Path, more: Mapping[str, Any]) -> None:
    seed = {"organization": {"id": ORGANIZATION}, **more}
    WebexSandbox(folder / "tenant.db", seed).close()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"inventory": {"hat": ["A"]}}, "inventory: expected a mapping of site"),
        ({"inventory": {"flow": "A"}}, "inventory: expected a list"),
        ({"sites": ["Ber/lin"]}, "sites: `Ber/lin`: a site cannot have that name"),
        ({"inventory": {"cad-variable": ["two words"]}}, "a cad-variable cannot have that name"),
        ({"inventory": {"working-hour": ["a  b"]}}, "a working-hour cannot have that name"),
        ({"inventory": {"queue": [" "]}}, "a queue cannot have that name"),
        ({"inventory": {"flow": ["A", "A"]}}, "inventory: `A`: A is already there"),
        ({"sites": ["A"], "inventory": {"site": ["A"]}}, "inventory: `A`: A is already there"),
        ({"teams": [{"name": "T"}]}, "teams: `T`: a team needs its `site`"),
        ({"teams": [{"name": "T", "site": "S"}]}, "there is no site `S` in the seed before it"),
        ({"inventory": {"flow": [{"name": "A", "colour": "red"}]}}, "a flow has no `colour`"),
        ({"inventory": {"flow": [{"colour": "red"}]}}, "has no 'name'"),
    ],
)  # fmt: skip
def test_what_the_api_would_refuse(tmp_path: Path, more: Mapping[str, Any], said: str) -> None:
    with pytest.raises(SandboxError) as caught:
        seeded(tmp_path, more)
    assert said in caught.value.told.summary


def test_collections_hold_every_type_that_there_is_and_nothing_else(tmp_path: Path) -> None:
    chosen: dict[str, Any] = {"site": "all", "team": "all", "queue": "all", "channel": "all"}
    inventory = {"inventory": {"flow": ["IVR"], "cad-variable": ["id"]}}
    rows = chosen | {"flow": ["IVR"], "cad-variable": ["id"]}
    seeded(tmp_path, inventory | {"collections": [{"name": "C", "resources": rows}]})
    (tmp_path / "other").mkdir()
    missing = [{"name": "C", "resources": chosen | {"sub-flow": ["IVR"]}}]
    with pytest.raises(SandboxError, match="there is no sub-flow `IVR`"):
        seeded(tmp_path / "other", inventory | {"collections": missing})
