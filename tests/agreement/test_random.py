"""Two witnesses on random manifests: what has no error is taken, what has one is refused."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given

from tests.agreement.specs import FACTS, collections, errors, profiles
from tests.examples import examples
from tests.vendors.webexcc_script import answers


def refused(kind: str, spec: dict[str, Any]) -> bool:
    """Whether a tenant refuses the manifest, sent to it as it stands."""
    manifest = {"kind": kind, "metadata": {"name": "some-name"}, "spec": spec}
    with tempfile.TemporaryDirectory() as folder:
        (status,) = answers(Path(folder), json.dumps(manifest), "", json.dumps(FACTS))
    assert status in (201, 400)
    return status == 400


@examples(200)
@given(spec=profiles)
def test_profiles(spec: dict[str, Any]) -> None:
    assert refused("UserProfile", spec) == bool(found := errors("UserProfile", spec)), found


@examples(60)
@given(spec=collections)
def test_collections(spec: dict[str, Any]) -> None:
    found = errors("ResourceCollection", spec)
    assert refused("ResourceCollection", spec) == bool(found), found
