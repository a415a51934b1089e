"""Manifests and tenants that the rules' examples are built from."""

from __future__ import annotations

ORGANIZATION = "organization: {id: 0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30}\n"
JANE, OMAR, ROOT = "jane.doe@contoso.example", "omar.ali@contoso.example", "root@contoso.example"
AGENT_ID = "82bcead8-0ded-1e75-87b7-efb2fec1da50"
"""The id that the role Agent has in the tenant below."""

ADMIN = "{admin: {role-management: [view, edit]}}"


def role(body: str = "status: active\npermissions: {qm: {evaluations: [view]}}", *,
         name: str = "reviewer") -> str:  # fmt: skip
    """One Role; `body` is what its spec holds."""
    lines = "\n".join(f"  {line}" for line in body.splitlines())
    return f"---\napiVersion: cxone/v1\nkind: Role\nmetadata: {{name: {name}}}\nspec:\n{lines}\n"


def employee(body: str = "{primaryRole: Agent}", *, name: str = JANE) -> str:
    """One Employee; `body` is their spec."""
    return f"---\napiVersion: cxone/v1\nkind: Employee\nmetadata: {{name: {name}}}\nspec: {body}\n"


def tenant(roles: str = "", employees: str = "", more: str = "") -> str:
    """A tenant with Agent, an inactive and a draft role, an administrator, and Jane."""
    return f"""\
{ORGANIZATION}roles:
  - {{name: Agent, permissions: {{acd: {{agent: [view]}}}}}}
  - {{name: Administrator, permissions: {ADMIN}}}
  - {{name: Retired, status: inactive}}
  - {{name: Sketch, status: draft}}
{roles}employees:
  - {{email: {ROOT}, primaryRole: Administrator}}
  - {{email: {JANE}, primaryRole: Agent}}
{employees}identities: [{{email: {ROOT}}}]
{more}"""
