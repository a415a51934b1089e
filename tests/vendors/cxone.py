"""Cases of NICE CXone Mpower, on a tenant that has the assumed calls."""

from __future__ import annotations

from tests.cli.test_cxone import JANE, OLD, OMAR, PERMISSIONS, PROJECT, ROLE, SEED
from tests.vendors.catalogue import Case, Catalogue, Drifted
from tests.vendors.cxone_script import statuses

ASSUMED = "[A1, A2]"
GIVEN = JANE.replace("[reviewer]", "[old-reviewer]")

CATALOGUE = Catalogue(
    vendor="cxone",
    project=f"{PROJECT}    assumed: {ASSUMED}\n",
    seed=f"{SEED}assumed: {ASSUMED}\n{PERMISSIONS}",
    manifests=(ROLE, OLD, JANE),
    cases={
        "create": Case((), (ROLE,), ("create",)),
        "update": Case((ROLE,), (ROLE.replace("[view, edit]", "[view]"),), ("update",)),
        "rename": Case((ROLE,), (ROLE.replace("Quality R", "R"),), ("update",)),
        "deactivate": Case((ROLE, OLD, GIVEN), (ROLE, JANE), ("update", "deactivate")),
        "reactivate": Case((), (OMAR,), ("adopt",)),
    },
    drifted=(
        Drifted(
            "edit-role",
            {"role": "Quality Reviewer", "grant": "qm/evaluations/replace"},
            "Role/reviewer",
            "permissions",
        ),
        Drifted(
            "edit-employee",
            {"employee": "jane@contoso.example", "secondary": "Old reviewer"},
            "Employee/jane@contoso.example",
            "secondaryRoles",
        ),
    ),
    reads=("GET *", "POST */search"),
    example_seed="sandbox/cxone.yaml",
    example_tenant="contoso-sandbox",
    statuses=statuses,
    seed_faults="""\
organization: {id: not-a-uuid}
rolls: []
roles:
  - {name: "Bad & name"}
  - {name: Agent}
  - {name: Lead, statsu: active}
quirks: {rolePages: many}
assumed: [A9]
employees:
  - {email: a@x.example, primaryRole: "Bad & name"}
  - {email: b@x.example,
     primaryRole: Nobody's}
  - nobody
  - {email: c@x.example, primaryRole: Agent, status: ASLEEP}
""",
    fault_places=frozenset(
        {(1, 15), (2, 1), (4, 5), (6, 18), (7, 9), (8, 10), (12, 19), (13, 5), (14, 54)}
    ),
)
