"""Cases of Webex Contact Center."""

from __future__ import annotations

from tests.vendors.catalogue import Case, Catalogue, Drifted
from tests.vendors.webexcc_script import statuses
from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER

SECOND = COLLECTION.replace("name: billing", "name: sales").replace("name: Billing", "name: Sales")
MORE = PROFILE.replace("queue: edit", "queue: view")
MOVED = USER.replace("{userProfile: lead}", "{userProfile: lead, site: Lisbon}")

CATALOGUE = Catalogue(
    vendor="webexcc",
    project=PROJECT,
    seed=SEED,
    manifests=(COLLECTION, PROFILE, USER),
    cases={
        "create": Case((), (COLLECTION, PROFILE), ("create", "create")),
        "update": Case((COLLECTION, PROFILE), (COLLECTION, MORE), ("update",)),
        "rename": Case(
            (COLLECTION,), (COLLECTION.replace("name: Billing", "name: Bills"),), ("update",)
        ),
        "delete": Case((COLLECTION, SECOND, PROFILE), (COLLECTION, PROFILE), ("delete",)),
        "delete-what-was-used": Case(
            (COLLECTION, PROFILE, SECOND), (SECOND,), ("delete", "delete")
        ),
    },
    drifted=(
        Drifted(
            "edit-profile",
            {"profile": "Billing lead", "queue": "view"},
            "UserProfile/lead",
            "permissions.queue",
        ),
        Drifted(
            "edit-collection",
            {"collection": "Billing", "queue": "Billing EN,Sales EN"},
            "ResourceCollection/billing",
            "resources.queue",
        ),
    ),
    reads=("GET *",),
    example_seed="sandbox/webex.yaml",
    example_tenant="meridian-sandbox",
    statuses=statuses,
    taken={
        "WCC137": "what is refused is to make desktop profiles, by who has such a profile",
        "WCC138": "what is hidden may be replaced by what is seen",
    },
    instead_of={"fullAccess": "permissions"},
    seed_faults="""\
organization: {id: not-a-uuid}
sights: [Berlin]
sites:
  - Berlin
  - Berlin
quirks: {pageSizeCap: many}
limits: {resourceCollections: few}
profiles:
  - {name: Broken, type: emperor, permissions: all, resources: all}
  - {name: Lead, type: supervisor, resources: all}
users:
  - {email: a@x.example, profile: Broken}
  - {email: b@x.example,
     profile: Nobody's}
  - nobody
""",
    fault_places=frozenset(
        {(1, 15), (2, 1), (5, 5), (6, 9), (7, 9), (9, 5), (10, 5), (14, 15), (15, 5)}
    ),
)
