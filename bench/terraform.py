"""Terraform's side: as many `terraform_data` resources as there are objects.

The provider is built in and does no network, so this is the least that Terraform costs. Its own
`apply` of many resources is slower than linear; the state that a plan starts from is therefore
written here, and a plan that finds anything to change is a failure.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILES = 20
VALIDATE = ("terraform", "validate")
PLAN = ("terraform", "plan", "-input=false", "-detailed-exitcode")
"""Exits with 2 where there is a change."""
APPLY = ("terraform", "apply", "-input=false", "-auto-approve")


def write(folder: Path, objects: int, *, applied: bool = True) -> bool:
    """A folder ready to be validated, and planned or applied; False without a Terraform."""
    if not shutil.which("terraform"):
        return False
    folder.mkdir(parents=True)
    made = list(_objects(objects))
    for number in range(FILES):
        blocks = "".join(map(_block, made[number::FILES]))
        (folder / f"part{number:02}.tf").write_text(blocks, encoding="utf-8")
    if applied:
        (folder / "terraform.tfstate").write_text(json.dumps(_state(made)), encoding="utf-8")
    initialize = ["terraform", "init", "-input=false"]
    subprocess.run(initialize, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return True


def _objects(count: int) -> Iterator[dict[str, Any]]:
    """A person's access each, with as many attributes as such a thing has elsewhere."""
    for number in range(count):
        yield {
            "name": f"access_{number:06}",
            "apiVersion": "webexcc/v1",
            "kind": "User",
            "email": f"person-{number:06}@bench.example",
            "profile": f"Profile {number % 500:05}",
            "site": f"Site_{number % 100:04}",
            "teams": [f"Team_{number % 100:04}", f"Team_{(number + 1) % 100:04}"],
            "skillProfile": f"SkillProfile_{number % 40:04}",
            "desktopProfile": f"DesktopProfile_{number % 25:04}",
            "multimediaProfile": f"MultimediaProfile_{number % 10:04}",
            "active": number % 7 != 0,
            "priority": number % 100,
            "since": f"2026-{1 + number % 12:02}-{1 + number % 28:02}T00:00:00Z",
            "labels": {"region": ["alpine", "baltic", "celtic"][number % 3]},
            "description": f"What person {number} may do",
        }


def _block(each: dict[str, Any]) -> str:
    fields = "".join(f"    {name} = {json.dumps(value)}\n" for name, value in each.items())
    return f'resource "terraform_data" "{each["name"]}" {{\n  input = {{\n{fields}  }}\n}}\n'


def _state(made: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "version": 4,
        "serial": 1,
        "lineage": str(uuid.UUID(int=1)),
        "outputs": {},
        "resources": [
            {
                "mode": "managed",
                "type": "terraform_data",
                "name": each["name"],
                "provider": 'provider["terraform.io/builtin/terraform"]',
                "instances": [{"schema_version": 0, "attributes": _attributes(number, each)}],
            }
            for number, each in enumerate(made, 1)
        ],
    }


def _attributes(number: int, each: dict[str, Any]) -> dict[str, Any]:
    value = {"value": each, "type": _type(each)}
    identity = str(uuid.UUID(int=number))
    return {"id": identity, "input": value, "output": value, "triggers_replace": None}


def _type(value: Any) -> Any:
    """A value's type as Terraform writes it down."""
    if isinstance(value, dict):
        return ["object", {name: _type(each) for name, each in value.items()}]
    if isinstance(value, list):
        return ["tuple", [_type(each) for each in value]]
    return {bool: "bool", int: "number", str: "string"}[type(value)]
