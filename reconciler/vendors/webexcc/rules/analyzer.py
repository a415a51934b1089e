"""The folders of Analyzer: how their levels depend on Analyzer's and on each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.diagnostic import Path
from reconciler.model.resource import Resource
from reconciler.rules.rule import Finding, NotChecked, Schema, Where, rule
from reconciler.rules.world import World
from reconciler.vendors.webexcc.facts import WebexFacts, facts_of, lineage
from reconciler.vendors.webexcc.models import UserProfile, folder_lists
from reconciler.vendors.webexcc.permissions import LEVELS
from reconciler.vendors.webexcc.rules import examples, fragments
from reconciler.vendors.webexcc.rules.documents import API, D1
from reconciler.vendors.webexcc.rules.granted import granted

LEVEL_OF = {"editable": "edit", "viewable": "view", "hidden": "none"}
_UNKNOWN = NotChecked("the project declares no `facts.analyzerFolders`")
_FACTS = "analyzerFolders: {Sales: {id: 12}, Sales/EMEA: {id: 31}, Stock: {id: 3, stock: true}}"


@dataclass(frozen=True, slots=True)
class _Named:
    """A folder that a manifest names; `path` is None where only an id is written, and unknown."""

    path: str | None
    id: str | None
    under: str
    place: Path

    @property
    def shown(self) -> str:
        return self.path or f"id {self.id}"

    @property
    def level(self) -> str:
        return LEVEL_OF[self.under]


def _named(profile: Resource[UserProfile], facts: WebexFacts) -> list[_Named]:
    declared = profile.spec.analyzer_folders
    known = {str(each.id): path for path, each in (facts.analyzer_folders or {}).items()}
    return [
        _Named(
            known.get(each.id or "") or each.name,
            each.id,
            name,
            ("spec", "analyzerFolders", name, number),
        )
        for name, folders in (folder_lists(declared) if declared else ())
        for number, each in enumerate(folders)
    ]


def _analyzer(body: str, folders: str) -> str:
    return examples.profile(f"permissions: {body}\nanalyzerFolders: {folders}")


def _bounded() -> Schema:
    """No folder above Analyzer's level, where permissions are listed: what is absent is none."""
    no_edit = {"editable": {"maxItems": 0}}
    nothing = no_edit | {"viewable": {"maxItems": 0}}

    def unless(levels: list[str], folders: Mapping[str, object]) -> Schema:
        reached = fragments.permissions(fragments.holds("analyzer", {"enum": levels}))
        listed = {"required": ["permissions"], "not": reached | {"required": ["permissions"]}}
        return {"if": listed, "then": {"properties": {"analyzerFolders": {"properties": folders}}}}

    return {"allOf": [unless(["edit"], no_edit), unless(["edit", "view"], nothing)]}


@rule(
    "WCC116",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Analyzer permissions",
    good=_analyzer("{analyzer: view}", "{viewable: [Sales], hidden: [Sales/EMEA]}"),
    bad=_analyzer("{analyzer: view}", "{editable: [Sales]}"),
    facts=_FACTS,
    schema=_bounded(),
)
def folder_has_no_more_access_than_analyzer(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """An Analyzer folder never has more access than Analyzer itself: with none no folder has any,
    with view a folder has none or view, with edit none, view or edit.
    """
    users, folders = granted(profile, world), world.of(profile.address).values
    held = folders.get("analyzerFolders")
    if not users.levels or not isinstance(held, Mapping):
        return
    own = users.level("analyzer")
    for name, level in LEVEL_OF.items():
        if held[name] and LEVELS.index(level) > (LEVELS.index(own) if own in LEVELS else 0):
            declared = profile.spec.analyzer_folders is not None
            yield Finding(
                ("spec", "analyzerFolders", name) if declared else ("spec", "analyzerFolders"),
                f"{name} folders, while Analyzer itself is at `{own}`"
                + ("" if declared else ": the tenant has them"),
                hint=f"write `analyzer: {level}`, or name the folders "
                + ("under `hidden`" if own == "none" else "under `viewable` or `hidden`"),
                on_key=True,
            )


@rule(
    "WCC117",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Analyzer permissions",
    good=_analyzer("{analyzer: edit}", "{editable: [Sales], viewable: [Sales/EMEA]}"),
    bad=_analyzer("{analyzer: edit}", "{hidden: [Sales], viewable: [Sales/EMEA]}"),
    facts=_FACTS,
)
def subfolder_has_no_more_access_than_its_parent(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding | NotChecked]:
    """A subfolder never has more access than its parent. A folder that is not named has
    Analyzer's own level, or its parent's where that is lower.
    """
    facts = facts_of(world)
    named = _named(profile, facts)
    by_path = {each.path: each for each in named}
    for each in named:
        if each.path is None:
            if facts.analyzer_folders is None:
                yield _UNKNOWN
            continue
        above = [by_path[path] for path in lineage(each.path)[:-1] if path in by_path]
        if above and LEVELS.index(each.level) > LEVELS.index(above[-1].level):
            yield Finding(
                each.place,
                f"`{each.path}` would be {each.under}, `{above[-1].path}` above it is "
                f"{above[-1].under}",
                hint=f"move it to `{above[-1].under}`, or raise `{above[-1].path}`",
            )


@rule(
    "WCC118",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Analyzer permissions",
    good=_analyzer("{analyzer: edit}", "{editable: [Sales], viewable: [Stock]}"),
    bad=_analyzer("{analyzer: edit}", "{editable: [Stock]}"),
    facts=_FACTS,
)
def stock_reports_are_at_view(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding | NotChecked]:
    """Stock reports are always at view and cannot be set otherwise."""
    facts = facts_of(world)
    for each in _named(profile, facts):
        if each.level == "view":
            continue
        if facts.analyzer_folders is None:
            yield _UNKNOWN
        elif each.path is not None and facts.is_stock(each.path):
            yield Finding(
                each.place,
                f"`{each.path}` holds stock reports, which are always at view",
                hint="leave it out, or name it under `viewable`",
            )


@rule(
    "WCC208",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=API / "UserProfileGranularAccessDTO, editableFolderIds",
    good=_analyzer("{analyzer: view}", "{viewable: [Sales]}"),
    bad=_analyzer("{analyzer: view}", "{viewable: [Sales], hidden: [Sales]}"),
    facts=_FACTS,
)
def folder_is_in_one_list(profile: Resource[UserProfile], world: World) -> Iterator[Finding]:
    """A folder is editable, viewable or hidden: the API has a list for each, and a folder that is
    in two of them has no level.
    """
    first: dict[str, _Named] = {}
    for each in _named(profile, facts_of(world)):
        other = first.setdefault(each.shown, each)
        if other.under != each.under:
            yield Finding(
                each.place,
                f"`{each.shown}` is named as {other.under} already",
                hint="keep it in one of the lists",
            )
