"""A seed is parsed into an empty database, and again only once its file is another one."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.contract.answers import offered
from reconciler.contract.discover import discover
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.seed import Seed
from reconciler.sandbox.store import Store
from tests.systems import needs_posix_modes
from tests.workshop import USER, Workshop

ORGANIZATION = "5c0f1f0e-2f4c-4f0e-9a53-0a4f0c9b7d10"
SEEDS: Mapping[str, Mapping[str, Any]] = {
    "webexcc": {"organization": {"id": ORGANIZATION}},
    "cxone": {"organization": {"id": "0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30"}},
}


class Reader:
    """Parses a seed, and counts how often."""

    def __init__(self, seed: Mapping[str, Any]) -> None:
        self.seed = seed
        self.times = 0

    def __call__(self, _: bytes) -> Mapping[str, Any]:
        self.times += 1
        return self.seed


def opened(vendor: str, database: Path, data: bytes, reader: Reader) -> str:
    make = offered(discover()[vendor].sandbox)
    assert make is not None
    sandbox = make(database, Seed(data, reader))
    sandbox.close()
    return sandbox.organization


@pytest.mark.parametrize("vendor", SEEDS)
def test_a_filled_database_needs_no_seed(tmp_path: Path, vendor: str) -> None:
    reader = Reader(SEEDS[vendor])
    first = opened(vendor, tmp_path / "t.db", b"one", reader)
    assert reader.times == 1
    assert opened(vendor, tmp_path / "t.db", b"one", reader) == first
    assert reader.times == 1
    opened(vendor, tmp_path / "t.db", b"two", reader)
    opened(vendor, tmp_path / "t.db", b"two", reader)
    assert reader.times == 2
    other = Reader(SEEDS[vendor])
    opened(vendor, tmp_path / "t.db", b"two", other)
    assert other.times == 0
    opened(vendor, tmp_path / "t.db", b"three", other)
    assert other.times == 1


@pytest.mark.parametrize("vendor", SEEDS)
def test_a_seed_of_another_organization_is_still_refused(tmp_path: Path, vendor: str) -> None:
    opened(vendor, tmp_path / "t.db", b"one", Reader(SEEDS[vendor]))
    other = Reader({"organization": {"id": ORGANIZATION.replace("5c", "6c")}})
    for _ in range(2):
        with pytest.raises(SandboxError, match="another organization"):
            opened(vendor, tmp_path / "t.db", b"two", other)


def test_what_a_changed_seed_asks_of_its_tenant_holds_without_a_reset(tmp_path: Path) -> None:
    quirky = {**SEEDS["webexcc"], "quirks": {"refuses": "nonsense"}}
    opened("webexcc", tmp_path / "t.db", b"one", Reader(SEEDS["webexcc"]))
    with pytest.raises(SandboxError, match="quirks"):
        opened("webexcc", tmp_path / "t.db", b"two", Reader(quirky))


@needs_posix_modes
def test_the_data_is_its_owners_alone(tmp_path: Path) -> None:
    here = Workshop(tmp_path)
    folder = tmp_path / ".reconciler" / "sandbox"
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    (folder / "test.db").touch(0o644)
    here.manifests(USER.replace("userProfile: lead", "userProfile: Supervisor Profile"))
    here.plan()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for each in folder.iterdir():
        assert stat.S_IMODE(each.stat().st_mode) == 0o600, each


@needs_posix_modes
def test_what_the_database_writes_beside_itself_is_its_owners_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "t.db")
    with store.transaction():
        store.put("k", {"id": "1"}, "n")
        names = {each.name for each in tmp_path.iterdir()}
        modes = {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    store.close()
    assert len(names) > 1
    assert modes == {0o600}


@pytest.mark.parametrize("vendor", SEEDS)
def test_a_faulty_seed_leaves_no_file_where_the_command_runs(
    tmp_path: Path, vendor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(SandboxError):
        opened(vendor, tmp_path / "data" / "t.db", b"one", Reader({"organization": {"id": "no"}}))
    assert list((tmp_path / "here").iterdir()) == []
