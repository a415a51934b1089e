"""A project of any size, the same one each time: the mix of a large contact center.

94 % User, 5 % UserProfile, 1 % ResourceCollection (at most 1,000), in about twenty files. Each
collection is mapped to at most fifteen profiles; the rest of the profiles are on `all`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

FILES = 20
MOST_COLLECTIONS = 1000
PROFILES_PER_COLLECTION = 15

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  bench:
    vendor: webexcc
    manifests: ["access/*.yaml"]
    sandbox: {seed: seed.yaml}
"""


def write(folder: Path, objects: int) -> None:
    """A project with so many manifests below `folder`."""
    access = folder / "access"
    access.mkdir(parents=True)
    (folder / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
    texts = list(manifests(objects))
    share = -(-len(texts) // FILES)
    for number in range(0, len(texts), share):
        file = access / f"part-{number // share:02}.yaml"
        file.write_text("".join(texts[number : number + share]), encoding="utf-8")


def manifests(objects: int) -> Iterator[str]:
    """So many manifests, one after another."""
    collections = min(max(1, objects // 100), MOST_COLLECTIONS)
    profiles = max(1, objects * 5 // 100)
    yield from (_collection(number) for number in range(collections))
    yield from (_profile(number, collections) for number in range(profiles))
    yield from (_user(number, profiles) for number in range(objects - collections - profiles))


def _collection(number: int) -> str:
    return f"""\
---
apiVersion: webexcc/v1
kind: ResourceCollection
metadata:
  name: collection-{number:05}
  labels: {{region: region-{number % 7}}}
spec:
  name: Collection {number:05}
  description: What region {number % 7} works with
  resources:
    queue: [Queue {number % 50:03}, Queue {(number + 1) % 50:03}, Queue {(number + 2) % 50:03}]
    site: [Site {number % 10:02}]
    team: all
    channel: all
"""


def _profile(number: int, collections: int) -> str:
    resources = "all"
    if number < collections * PROFILES_PER_COLLECTION:
        name = f"collection-{number % collections:05}"
        resources = f"{{collections: [{name}], default: {name}}}"
    return f"""\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata:
  name: profile-{number:05}
  labels: {{region: region-{number % 7}}}
spec:
  name: Profile {number:05}
  profileType: supervisor
  permissions:
    queue: {"edit" if number % 2 else "view"}
    team: view
    site: view
    call-monitoring: edit
    mid-call-monitor: enabled
    barge-in: enabled
    analyzer: view
  resources: {resources}
"""


def _user(number: int, profiles: int) -> str:
    return f"""\
---
apiVersion: webexcc/v1
kind: User
metadata:
  name: person-{number:06}@bench.example
  labels:
    region: region-{number % 7}
    client: client-{number % 40:02}
spec:
  userProfile: profile-{number % profiles:05}
  site: Site {number % 10:02}
  teams:
    - Team {number % 90:02}
    - Team {(number + 1) % 90:02}
"""
