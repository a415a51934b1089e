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
