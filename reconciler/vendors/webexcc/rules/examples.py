"""Manifests that the rules' examples are built from: complete objects that a tenant takes."""

from __future__ import annotations

from textwrap import indent

COLLECTION_BODY = """\
queue: [Billing EN]
site: [Berlin]
team: [Billing Berlin]
channel: all
"""


def profile(
    body: str = "permissions: {queue: view}",
    *,
    kind: str = "supervisor",
    resources: str = "all",
    name: str = "billing",
) -> str:
    """One UserProfile; `body` is what its spec holds besides type and resources."""
    return f"""\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {{name: {name}}}
spec:
  profileType: {kind}
  resources: {resources}
{indent(body, "  ")}
"""


def collection(body: str = COLLECTION_BODY, *, name: str = "billing-emea") -> str:
    """One ResourceCollection; `body` is its `resources` map."""
    return f"""\
---
apiVersion: webexcc/v1
kind: ResourceCollection
metadata: {{name: {name}}}
spec:
  resources:
{indent(body, "    ")}
"""


def collections(count: int) -> str:
    """As many collections, `collection-1` and on."""
    return "".join(collection(name=f"collection-{n}") for n in range(1, count + 1))


def limited_to(count: int) -> str:
    """The `resources` of a profile on the first `count` of them, the first its default."""
    names = ", ".join(f"collection-{n}" for n in range(1, count + 1))
    return f"{{collections: [{names}], default: collection-1}}"


def profiles_on_one_collection(count: int) -> str:
    """As many profiles on `billing-emea`."""
    resources = "{collections: [billing-emea], default: billing-emea}"
    return collection() + "".join(
        profile(name=f"profile-{n:02}", resources=resources) for n in range(1, count + 1)
    )


def collection_of_queues(count: int) -> str:
    """A collection with `count` queues, a site and a team by name."""
    queues = ", ".join(f"Queue {n}" for n in range(1, count + 1))
    return collection(COLLECTION_BODY.replace("Billing EN", queues))


def named_collection(body: str) -> str:
    """A ResourceCollection whose spec holds `body` besides its resources."""
    return collection().replace("spec:\n", f"spec:\n{indent(body, '  ')}\n")


def many_collections(count: int) -> str:
    """As many collections, a line each: readers are asked for a thousand of them."""
    resources = "{queue: all, site: all, team: all, channel: all}"
    return "".join(
        "--- {apiVersion: webexcc/v1, kind: ResourceCollection, metadata: "
        f"{{name: collection-{n}}}, spec: {{resources: {resources}}}}}\n"
        for n in range(1, count + 1)
    )


DELEGATE = "dana@northwind.example"
"""Who applies in the examples of rules about the identity."""

SAM = "sam@northwind.example"
"""A user of theirs."""

ORGANIZATION = "organization: {id: 5c0f1f0e-2f4c-4f0e-9a53-0a4f0c9b7d10}\n"


def tenant_of(levels: str, *, resources: str = "{collections: [Mine], default: Mine}") -> str:
    """The seed of a tenant with two collections, `Mine` and `Other`, and one administrator
    beside the full one, who has these permissions and resources.
    """
    return f"""\
{ORGANIZATION}sites: [Berlin, Lisbon]
teams:
  - {{name: Billing Berlin, site: Berlin}}
  - {{name: Billing Lisbon, site: Lisbon}}
queues: [Billing EN, Billing DE, Sales]
channels: [Phone]
collections:
  - name: Mine
    resources:
      queue: [Billing EN, Billing DE]
      site: [Berlin]
      team: [Billing Berlin]
      channel: all
  - name: Other
    resources: {{queue: [Billing DE, Sales], site: all, team: all, channel: all}}
profiles:
  - {{name: Root, type: licensed-administrator, permissions: all, resources: all}}
  - name: Delegate
    type: licensed-administrator
    permissions: {levels}
    resources: {resources}
users:
  - {{email: root@northwind.example, profile: Root}}
  - {{email: {DELEGATE}, profile: Delegate}}
  - {{email: {SAM}, profile: Delegate, site: Berlin, teams: [Billing Berlin]}}
identities:
  - {{email: root@northwind.example, token: root}}
  - {{email: {DELEGATE}, token: delegate}}
"""


def user(body: str) -> str:
    """A User, Sam of that tenant; `body` is their spec."""
    return f"""\
---
apiVersion: webexcc/v1
kind: User
metadata: {{name: {SAM}}}
spec:
{indent(body, "  ")}
"""


def mine(queues: str, *, more: str = "", description: str = "") -> str:
    """The collection `Mine` of that tenant, with these queues."""
    body = f"{queues}\nsite: [Berlin]\nteam: [Billing Berlin]\nchannel: all\n{more}"
    said = f"  name: Mine\n  description: {description}\n" if description else "  name: Mine\n"
    return collection(body, name="mine").replace("spec:\n", f"spec:\n{said}")


DELEGATED = tenant_of(
    "{user-profile: edit, resource-collection: edit, user: edit, queue: edit, site: view, "
    "team: view, channel: view}"
)
