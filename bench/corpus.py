"""A project of any size, the same one each time, over a sandbox tenant that it describes."""

from __future__ import annotations

from pathlib import Path

from reconciler.sandbox.generated import seed_text, write_manifests
from reconciler.vendors.webexcc.sandbox.generate import Size, generated, manifests, seed

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  bench:
    vendor: webexcc
    manifests: ["access/*.yaml"]
    sandbox: {seed: seed.yaml}
"""
DEEP = PROJECT.replace("access/*", "access/**/*")


class Roles(Size):
    """Profiles, and one collection for each nineteen of them; nobody has them yet."""

    @property
    def collections(self) -> int:
        """One in twenty."""
        return self.objects // 20

    @property
    def profiles(self) -> int:
        """All that is left."""
        return self.objects - self.collections

    @property
    def users(self) -> int:
        """None."""
        return 0


def write(folder: Path, objects: int) -> None:
    """A project with so many manifests below `folder`, and the seed of a tenant that fits."""
    made = generated(Size(objects))
    write_manifests(folder / "access", made.manifests())
    (folder / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "seed.yaml").write_text(seed_text(made.short), encoding="utf-8")


def write_bare(folder: Path, objects: int) -> None:
    """The same without manifests: a tenant that is to be imported."""
    folder.mkdir(parents=True)
    made = generated(Size(objects))
    (folder / "reconciler.yaml").write_text(DEEP, encoding="utf-8")
    (folder / "seed.yaml").write_text(seed_text(made.short), encoding="utf-8")


def write_new(folder: Path, objects: int, rate: str = "") -> None:
    """The same with so many profiles and collections, and the seed of a tenant that lacks them.

    With a rate, such as `100/s`, the tenant takes no more requests than that.
    """
    size = Roles(objects)
    write_manifests(folder / "access", manifests(size))
    limit = f"seed.yaml, rate: {rate}" if rate else "seed.yaml"
    project = PROJECT.replace("seed.yaml", limit)
    (folder / "reconciler.yaml").write_text(project, encoding="utf-8")
    whole = seed(size)
    administrator = [each for each in whole["profiles"] if each.get("systemDefault")]
    lacking = whole | {"collections": [], "profiles": administrator}
    (folder / "seed.yaml").write_text(seed_text(lacking), encoding="utf-8")
