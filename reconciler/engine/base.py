"""A project compared with a Git revision of it: what the change in between loosens.

The revision is read as Git has it; nothing is checked out. What is in force are the settings of
now, so that the list of what was loosened has to be allowed by its reader.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reconciler.engine.prepare import Prepared, Work
from reconciler.errors import UsageError
from reconciler.manifests import git, loosening
from reconciler.manifests.contents import content
from reconciler.manifests.files import FILE, find
from reconciler.manifests.loosening import Known
from reconciler.manifests.parse import parse
from reconciler.manifests.positions import Places
from reconciler.manifests.project import forms_of
from reconciler.manifests.search import finder
from reconciler.manifests.tenant_target import stays
from reconciler.model.address import GroupKind
from reconciler.model.diagnostic import dotted
from reconciler.model.resource import Resource
from reconciler.model.set_aside import Base, Loosened, digest_of
from reconciler.model.value import digest

_SHALLOW = (
    "this clone is shallow: fetch the whole history first, such as with `git fetch --unshallow` "
    "or `fetch-depth: 0`"
)
_NAMES = "name a commit, a branch or a tag that this clone has, such as `origin/main`"


Lifecycles = dict[tuple[GroupKind, str], Mapping[str, Any]]
"""The `lifecycle` of each manifest, by its kind and name."""


def compared(work: Work, prepared: tuple[Prepared, ...]) -> Work:
    """The work with what its change loosens since the revision that it is compared with."""
    if work.against is None:
        return work
    return replace(work, base=base_of(work, prepared, work.against))


def base_of(work: Work, prepared: tuple[Prepared, ...], name: str) -> Base:
    """The settings that the change since a revision loosens; UsageError where Git has none."""
    revision = _revision(work.project.root, name)
    try:
        loosens = tuple(_Comparing(work, prepared, revision).all())
    except git.GitError as error:
        raise UsageError(
            "PLN159", f"--base {name}: its files cannot be read: {error}", hint=_SHALLOW
        ) from error
    return Base(name, revision.commit, loosens, digest_of(loosens))


def _revision(root: Path, name: str) -> git.Revision:
    if not name or name.startswith("-") or not name.isprintable():
        raise UsageError("PLN158", "--base: this is not the name of a revision", hint=_NAMES)
    try:
        git.run(root, "rev-parse", "--git-dir")
    except git.GitError as error:
        raise UsageError(
            "PLN159",
            f"--base {name}: the project is not in a Git repository that can be read: {error}",
            hint="run it in a clone of the repository",
        ) from error
    try:
        return git.Revision(root, name)
    except git.GitError as error:
        raise UsageError(
            "PLN158",
            f"--base: there is no commit `{name}`",
            hint=_SHALLOW if _is_shallow(root) else _NAMES,
        ) from error


def _is_shallow(root: Path) -> bool:
    try:
        return git.run(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except git.GitError:
        return False


@dataclass
class _Comparing:
    """One comparison: the files of the revision beside those of the project's folder."""

    work: Work
    prepared: tuple[Prepared, ...]
    revision: git.Revision
    former: Mapping[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.work.project.root

    def all(self) -> Iterator[Loosened]:
        """Of the project file, of links, then of the patches and manifests of each tenant."""
        self.former = self._project_of_then()
        yield from self._settings()
        yield from self._links()
        tenants = self.former.get("tenants")
        blocks = tenants if isinstance(tenants, Mapping) else {}
        for each in self.prepared:
            block = blocks.get(each.tenant.name)
            yield from self._tenant(each, block if isinstance(block, Mapping) else {})

    def _project_of_then(self) -> Mapping[str, Any]:
        data = self.revision.contents([FILE]).get(FILE)
        return _mapping(data) if data is not None else {}

    def _settings(self) -> Iterator[Loosened]:
        data = self._now(FILE) or b""
        places = Places(lambda _: data)
        vendors = self.work.vendors.values()
        known = Known(
            {rule.code: str(rule.severity) for vendor in vendors for rule in vendor.rules},
            {name: {k.name: stays(k) for k in v.kinds} for name, v in self.work.vendors.items()},
            forms_of(self.work.vendors),
        )
        for each in loosening.loosened(self.former, _mapping(data), known):
            place = places.of(FILE, 0, each.path, on_key=True)
            yield Loosened(
                dotted(each.path),
                each.summary,
                each.before,
                each.after,
                file=FILE,
                line=place.line if place else None,
            )

    def _links(self) -> Iterator[Loosened]:
        """Links that led elsewhere then: files beneath them come and go with them."""
        for name, target in self.revision.links().items():
            here = self.root / name
            now = str(here.readlink()) if here.is_symlink() else None
            if now != target:
                yield Loosened(name, "the symbolic link is changed", target, now, file=name)

    def _tenant(self, each: Prepared, block: Mapping[str, Any]) -> Iterator[Loosened]:
        former_patches = set(self._matching(block.get("patches")))
        former = set(self._matching(block.get("manifests"))) - former_patches
        patches = self._real(find(self.root, each.tenant.patches, "patches"))
        yield from self._patches(former_patches, patches)
        manifests = self._real(find(self.root, each.tenant.manifests)) - patches
        same = {name for name in former & manifests if self._is_same(name)}
        yield from self._lifecycles(each, former - same, same)

    def _patches(self, former: set[str], now: set[str]) -> Iterator[Loosened]:
        for name in sorted(former | now):
            was = _values(self.revision.contents([name]).get(name)) if name in former else None
            is_now = _values(self._now(name)) if name in now else None
            if was == is_now and was is not None:
                continue
            summary = (
                "the patch is new"
                if was is None
                else "the patch is removed"
                if is_now is None
                else "the patch is changed"
            )
            yield Loosened(
                name,
                f"{summary} ({_mark(was)} -> {_mark(is_now)})",
                file=name,
            )

    def _lifecycles(
        self, each: Prepared, changed: Iterable[str], same: set[str]
    ) -> Iterator[Loosened]:
        """Protection that ends, and attributes that manifests leave alone from now on."""
        then: Lifecycles = {}
        for name, data in self.revision.contents(changed).items():
            values = _values(data)
            if values is None:
                yield Loosened(name, "what it declared cannot be read", file=name)
            for value in values or ():
                if (key := _key(value)) is not None:
                    then[key] = _lifecycle(value)
        yield from _unprotected(each, then)
        for resource in each.loaded.resources:
            if resource.origin.file not in same:
                yield from _ignored(resource, then)

    def _matching(self, patterns: Any) -> Iterator[str]:
        """The files that patterns meant then."""
        texts = [each for each in patterns if isinstance(each, str)] if _is_list(patterns) else []
        finders: list[Callable[[str], bool]] = [finder(self.root, each) for each in texts]
        for name in self.revision.names:
            if any(matches(name) for matches in finders):
                yield self.revision.followed(name)

    def _real(self, names: Iterable[str]) -> set[str]:
        """Files by the names that they have without links."""
        base = os.path.realpath(self.root)
        return {
            Path(os.path.relpath(os.path.realpath(self.root / name), base)).as_posix()
            for name in names
        }

    def _now(self, name: str) -> bytes | None:
        data = content(self.root, name)
        return data if isinstance(data, bytes) else None

    def _is_same(self, name: str) -> bool:
        data = self._now(name)
        return data is not None and self.revision.names[name] == _blob(
            data, self.revision.names[name]
        )


def _unprotected(each: Prepared, then: Lifecycles) -> Iterator[Loosened]:
    """The objects that were protected then and are not now."""
    now: dict[tuple[GroupKind, str], Resource[Any]] = {}
    for resource in each.loaded.resources:
        for former in resource.previous_names:
            now.setdefault((resource.address.group_kind, former), resource)
    now |= {(r.address.group_kind, r.address.name): r for r in each.loaded.resources}
    for (kind, name), lifecycle in sorted(then.items()):
        if lifecycle.get("preventDestroy") is not True:
            continue
        found = now.get((kind, name))
        if found is None:
            address = f"{each.tenant.name}/{kind}/{name}"
            yield Loosened(address, "preventDestroy ends: the manifest is gone", before=True)
        elif not found.lifecycle.prevent_destroy:
            yield _of(found, "preventDestroy ends", before=True, after=False)


def _ignored(resource: Resource[Any], then: Lifecycles) -> Iterator[Loosened]:
    """The attributes of one object that its manifest ignores now and did not then."""
    names = (resource.address.name, *resource.previous_names)
    keys = [(resource.address.group_kind, name) for name in names]
    before = next((then[key].get("ignoreChanges") for key in keys if key in then), None)
    had = before if isinstance(before, list) else []
    ignored = resource.lifecycle.ignore_changes
    if added := [attribute for attribute in ignored if attribute not in had]:
        summary = f"ignoreChanges: {', '.join(added)}"
        yield _of(resource, summary, before=list(had), after=list(ignored))


def _of(resource: Resource[Any], summary: str, *, before: Any, after: Any) -> Loosened:
    origin = resource.origin
    return Loosened(
        str(resource.address), summary, before, after, file=origin.file, line=origin.line
    )


def _blob(data: bytes, like: str) -> str:
    """The id that Git gives these bytes, by the function that made another id."""
    sha256_length = 64
    make = hashlib.sha256 if len(like) == sha256_length else hashlib.sha1
    return make(b"blob %d\0" % len(data) + data).hexdigest()


def _mapping(data: bytes) -> Mapping[str, Any]:
    documents, problems = parse(FILE, data)
    value = documents[0].value if documents and not problems else None
    return value if isinstance(value, Mapping) else {}


def _values(data: bytes | None) -> list[Any] | None:
    """The documents of a file, None where there is none or it cannot be read."""
    if data is None:
        return None
    documents, problems = parse("", data)
    return None if problems else [each.value for each in documents]


def _mark(values: list[Any] | None) -> str:
    """Digits that stand for the content of a patch."""
    return digest(values)[:12] if values is not None else "none"


def _key(value: Any) -> tuple[GroupKind, str] | None:
    metadata = value.get("metadata") if isinstance(value, Mapping) else None
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    kind = value.get("kind") if isinstance(value, Mapping) else None
    version = value.get("apiVersion") if isinstance(value, Mapping) else None
    if not (isinstance(kind, str) and isinstance(name, str) and isinstance(version, str)):
        return None
    return GroupKind(version.partition("/")[0], kind), name


def _lifecycle(value: Any) -> Mapping[str, Any]:
    found = value["metadata"].get("lifecycle")
    return found if isinstance(found, Mapping) else {}


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
