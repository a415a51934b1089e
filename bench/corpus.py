"""A project of any size, the same one each time, over a sandbox tenant that it describes."""

from __future__ import annotations

from pathlib import Path

from reconciler.sandbox.generated import seed_text, write_manifests
from reconciler.vendors.webexcc.sandbox.generate import Size, generated

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
    """A project with so many manifests below `folder`, and the seed of a tenant that fits."""
    made = generated(Size(objects))
    write_manifests(folder / "access", made.manifests())
    (folder / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "seed.yaml").write_text(seed_text(made.short), encoding="utf-8")
