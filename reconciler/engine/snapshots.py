"""Snapshots of tenants as files: written with care, read with suspicion, used instead of a read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from reconciler.contract.vendor import Vendor
from reconciler.engine.connect import organization_of
from reconciler.errors import UsageError
from reconciler.manifests.project import Project, Tenant, groups_of
from reconciler.model import snapshot as files
from reconciler.model.snapshot import Kept


def opened(path: Path) -> Kept:
    """Read a snapshot file; raises UsageError for anything else."""
    try:
        if path.stat().st_size > files.MOST_BYTES:
            raise UsageError("RUN170", f"{path} is too large for a snapshot")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(
            "RUN171",
            f"the snapshot {path} cannot be read: {error.strerror}",
            hint="make one with `reconciler snapshot --out FILE`",
        ) from error
    return files.load(data, str(path))


def kept(document: bytes, path: Path) -> None:
    """Write a snapshot, readable by its owner alone; only an older snapshot is written over.

    Raises UsageError.
    """
    if path.exists() and path.stat().st_size:
        opened(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(
            "RUN171", f"the snapshot cannot be written to {path}: {error.strerror}"
        ) from error


def tenants_of(
    found: Kept, project: Project, names: tuple[str, ...], vendors: Mapping[str, Vendor]
) -> tuple[Tenant, ...]:
    """The one tenant of a project whose organization a snapshot is of; raises UsageError.

    An embedded sandbox has the organization of its seed.
    """
    given = project.chosen(names) if names else tuple(project.tenants.values())
    wanted = found.snapshot.organization
    chosen = [
        each
        for each in given
        if set(each.groups) == set(found.groups)
        and organization_of(each, groups_of(each, vendors), project.root) == wanted
    ]
    if len(chosen) == 1:
        return (chosen[0],)
    if chosen:
        raise UsageError(
            "RUN172",
            f"the snapshot fits {', '.join(each.name for each in chosen)}",
            hint="say which one is meant with `--tenant NAME`",
        )
    raise UsageError(
        "RUN172",
        f"the snapshot is of {', '.join(found.groups)} organization {wanted or '(none)'}, "
        f"which is not that of {', '.join(each.name for each in given)}",
        hint="use a snapshot of one of these tenants, or correct `organization`, of a sandbox in "
        "its seed",
    )
