"""Draft manifests for the unmanaged objects of a tenant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.contract.vendor import Kind
from reconciler.errors import UsageError
from reconciler.model.address import Address, GroupKind
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.name import folded, normal
from reconciler.model.slugs import kebab, slug
from reconciler.model.suggestion import did_you_mean
from reconciler.model.value import Json, Values
from reconciler.planning.match import Match, vendor_name
from reconciler.planning.matched_tenant import matched
from reconciler.planning.names import Key, Names
from reconciler.planning.planned_object import TenantInput


@dataclass(frozen=True, slots=True)
class Draft:
    """An object with the name and the spec that its manifest would have.

    `undeclared` are the attributes that no manifest of this project can say: those that refer to
    what nobody can name.
    """

    live: LiveObject
    kind: Kind
    name: str
    spec: Mapping[str, Json]
    undeclared: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """Its kind and its id."""
        return self.kind.key, self.live.id


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An object that gets no manifest, and why."""

    kind: GroupKind
    id: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """The objects that no manifest means, and those of them that are to stay without one.

    `managed` are the addresses of the others, by kind and id; `departed` those of objects that the
    state has and Git no longer.
    """

    objects: tuple[LiveObject, ...]
    left_out: tuple[LeftOut, ...]
    managed: Mapping[Key, Address]
    departed: Mapping[Key, Address]
    matches: tuple[Match, ...] = field(repr=False, default=())


def unmanaged(given: TenantInput, snapshot: Snapshot) -> Unmanaged:
    """The objects of the tenant that no manifest declares."""
    tenant = matched(given, snapshot)
    managed = {
        (each.kind.key, each.live.id): each.resource.address for each in tenant.matches if each.live
    }
    departed = {
        (address.group_kind, row.object_id): address
        for row in tenant.unclaimed
        for address in (Address.parse(row.address),)
    }
    objects, left_out = [], []
    for kind in given.groups.kinds.values():
        rows = snapshot.objects.get(kind.key, ())
        namesakes = _namesakes(rows) if kind.shape.person else {}
        for each in rows:
            key = (kind.key, each.id)
            if key in managed:
                continue
            if each.protected and kind.shape.protected_is_fixed:
                why = "the vendor's own, which nobody can change: manifests refer to it by name"
            elif key in departed:
                why = (
                    "the state has it, and its manifest left Git: the next apply would act on that"
                )
            elif each.id in namesakes:
                why = (
                    f"one e-mail but for capitals: {namesakes[each.id]}; a manifest cannot mean "
                    "one of them alone: correct one in the tenant"
                )
            else:
                objects.append(each)
                continue
            left_out.append(LeftOut(kind.key, each.id, each.name, why))
    return Unmanaged(tuple(objects), tuple(left_out), managed, departed, tenant.matches)


def _namesakes(people: Iterable[LiveObject]) -> dict[str, str]:
    """The people whose e-mails differ in capitals alone, by id, each with all who share theirs."""
    by_email: dict[str, list[LiveObject]] = {}
    for each in people:
        by_email.setdefault(folded(each.name), []).append(each)
    return {
        each.id: ", ".join(f"`{one.name}` ({one.id})" for one in sharing)
        for sharing in by_email.values()
        if len(sharing) > 1
        for each in sharing
    }


def drafted(
    given: TenantInput,
    snapshot: Snapshot,
    matches: Iterable[Match],
    objects: Sequence[LiveObject],
    names: Mapping[Key, str] | None = None,
) -> tuple[Draft, ...]:
    """The drafts of these objects, in the order in which manifests are read.

    `matches` are the manifests that there are. Names are the same whatever the order of the
    objects; `names` are those that somebody chose.
    """
    kinds = given.groups.kinds
    ordered = sorted(
        objects, key=lambda o: (kinds[o.kind].shape.order, folded(o.name), o.name, o.id)
    )
    chosen = _named(given, snapshot, ordered, kinds, names or {})
    refer = Names(given, snapshot, matches, chosen)
    alike = Counter(
        (each.kind, normal(each.name)) for rows in snapshot.objects.values() for each in rows
    )
    drafts = []
    for each in ordered:
        kind, name = kinds[each.kind], chosen[each.kind, each.id]
        spec, undeclared = _spec(kind, each.values, refer)
        if spec.get("name") == name:
            del spec["name"]
        if not kind.shape.person and alike[each.kind, normal(each.name)] > 1:
            spec = {"id": each.id, **spec}
        drafts.append(Draft(each, kind, name, spec, undeclared))
    return tuple(drafts)


def meant(kind: Kind, wanted: str, snapshot: Snapshot) -> LiveObject:
    """The object of a kind that has this id, or else this name; raises UsageError."""
    rows = snapshot.objects.get(kind.key, ())
    name = folded(wanted) if kind.shape.person else normal(wanted)
    by_id = [each for each in rows if each.id == wanted]
    found = by_id or [each for each in rows if _name(each, kind) == name]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(sorted(each.id for each in found))
        raise UsageError(
            "RUN162",
            f"{len(found)} objects of the tenant are named `{wanted}`: {ids}",
            hint="write the id of the one that is meant",
        )
    other = next((k for k, r in snapshot.objects.items() if any(e.id == wanted for e in r)), None)
    if other is not None:
        raise UsageError(
            "RUN162",
            f"`{wanted}` is the id of a {other.name}, not of a {kind.name}",
            hint="correct the address or the id",
        )
    raise UsageError(
        "RUN162",
        f"the tenant has no {kind.name} with the id or the name `{wanted}`",
        hint=did_you_mean(
            wanted,
            [each.name for each in rows],
            otherwise=f"{kind.name} is hidden in part from who asks: {snapshot.partial[kind.key]}"
            if kind.key in snapshot.partial
            else "correct it",
        ),
    )


def _name(live: LiveObject, kind: Kind) -> str:
    name = normal(live.name)
    return name.casefold() if kind.shape.person else name


@dataclass(slots=True)
class _Taken:
    """The names of a kind that an object cannot have: manifests', and other objects' own."""

    names: set[str] = field(default_factory=set)
    carried: Counter[str] = field(default_factory=Counter)
    own: str = ""

    def __contains__(self, name: object) -> bool:
        text = str(name)
        return text in self.names or self.carried[text] > (text == self.own)


def _named(
    given: TenantInput,
    snapshot: Snapshot,
    ordered: Iterable[LiveObject],
    kinds: Mapping[GroupKind, Kind],
    names: Mapping[Key, str],
) -> dict[Key, str]:
    """The manifest name of each object; what is named alike gets the beginning of its id."""
    taken: dict[GroupKind, _Taken] = defaultdict(_Taken)
    for resource in given.resources:
        known = taken[resource.address.group_kind].names
        known |= {resource.address.name, *resource.previous_names}
        known.add(normal(vendor_name(resource)).casefold())
    for address in map(Address.parse, given.rows):
        taken[address.group_kind].names.add(address.name)
    for kind, rows in snapshot.objects.items():
        taken[kind].carried = Counter(folded(each.name) for each in rows)
    found: dict[Key, str] = {}
    for each in ordered:
        key = (each.kind, each.id)
        if key in names:
            found[key] = names[key]
        elif kinds[each.kind].shape.person:
            found[key] = each.name.strip().lower()
        else:
            of_kind = taken[each.kind]
            of_kind.own = folded(each.name)
            found[key] = slug(each.name, of_kind, each.id, kebab(each.kind.name))
        taken[each.kind].names.add(found[key])
    return found


def _spec(kind: Kind, values: Values, refer: Names) -> tuple[dict[str, Json], tuple[str, ...]]:
    """The spec that declares these values, and the attributes that it has to leave out."""
    spec = _tried(kind, values, refer)
    if spec is not None:
        return spec, ()
    lost = tuple(name for name in values if _tried(kind, {name: values[name]}, refer) is None)
    said = {name: value for name, value in values.items() if name not in lost}
    return _tried(kind, said, refer) or {}, lost


def _tried(kind: Kind, values: Values, refer: Names) -> dict[str, Json] | None:
    refer.unnameable = False
    spec = kind.shape.spec_of(values, refer.within(kind.group))
    return None if refer.unnameable else spec
