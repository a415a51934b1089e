"""Both ways to read a document: what a test with `way` says holds for each of them."""

from __future__ import annotations

import pytest

from reconciler.manifests import native


@pytest.fixture(params=["native", "ruamel"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of the way; without the native parser everything goes the other one."""
    if request.param == "ruamel":
        monkeypatch.setattr(native, "_loads", lambda: None)
    return str(request.param)
