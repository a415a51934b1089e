"""Plans as text: Terraform's frame, in the order of execution (reference: plan-output, part B)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from reconciler.model.address import Address
from reconciler.model.change import Action, AttributeChange, Change
from reconciler.model.diagnostic import Severity
from reconciler.model.plan import Finding, Headroom, Plan, Summary, TenantRead
from reconciler.model.value import Json
from reconciler.planning.guards import wanted
from reconciler.reporting.alike import FEW as ALIKE
from reconciler.reporting.alike import Slip, first_places, follow, slips, split
from reconciler.reporting.diagnostics import MOST, follow_up, left_out
from reconciler.reporting.escape import quoted, safe
from reconciler.reporting.paint import Paint
from reconciler.reporting.set_aside import loosened, section
from reconciler.reporting.values import FEW, few, shown

_SYMBOLS = {
    Action.CREATE: ("+", "green", "create", "will be created"),
    Action.UPDATE: ("~", "yellow", "update in place", "will be updated"),
    Action.DELETE: ("-", "red", "destroy", "will be destroyed"),
    Action.DEACTIVATE: ("v", "magenta", "deactivate", "will be deactivated"),
    Action.REACTIVATE: ("^", "magenta", "reactivate", "will be reactivated"),
    Action.ADOPT: ("=", "cyan", "adopt", "will be adopted"),
    Action.MOVE: (">", "cyan", "rename", "will be renamed"),
    Action.FORGET: (".", "grey", "forget", "will no longer be managed, and is kept"),
}
_GROUPED = frozenset({Action.UPDATE, Action.DEACTIVATE, Action.REACTIVATE, Action.ADOPT})
_WHOLE = {Action.CREATE: "add", Action.DELETE: "remove"}
_OPS = {"add": ("+", "green"), "remove": ("-", "red"), "change": ("~", "yellow")}
_HEADING = 66
_SYMBOLS_IN_A_LINE = 5


@dataclass(frozen=True, slots=True)
class Style:
    """How to show: colours, and whether long lists are cut; `seconds` is what reading took."""

    paint: Paint
    whole: bool = False
    seconds: float | None = None


def plan(what: Plan, style: Style) -> str:
    """The whole plan, from `Read …` to the findings."""
    return "\n".join(_plan(what, style)) + "\n"


def counts(summary: Summary) -> str:
    """`2 to add, 1 to change, 0 to destroy`, and ours where there are any."""
    said = [
        f"{summary.add} to add",
        f"{summary.change} to change",
        f"{summary.destroy} to destroy",
    ]
    ours = {
        "deactivate": summary.deactivate,
        "reactivate": summary.reactivate,
        "adopt": summary.adopt,
        "rename": summary.move,
        "forget": summary.forget,
    }
    said.extend(f"{count} to {word}" for word, count in ours.items() if count)
    if summary.by_hand:
        said.append(f"{summary.by_hand} by hand")
    return ", ".join(said)


def _plan(what: Plan, style: Style) -> Iterator[str]:
    if what.tenants:
        digests = "+".join(dict.fromkeys(safe(e.manifests[:7]) for e in what.basis.values()))
        yield f"{read_line(what.tenants, style)}; manifests {digests}."
        yield ""
    if not what.changes and not what.errored:
        yield _nothing(what, style)
    else:
        yield from _changes(what, style)
    yield from _side_effects(what, style)
    yield from _runbook(what, style)
    yield from loosened(what.base, style.paint)
    yield from section(what.set_aside, style.paint, several=len(what.tenants) > 1)
    yield from _limits(what, style)
    yield from _findings(what, style)
    yield from _leave(what, style)


def read_line(tenants: tuple[TenantRead, ...], style: Style) -> str:
    """What was read, and how long that took."""
    total = sum(each.objects for each in tenants)
    took = "" if style.seconds is None else f" in {style.seconds:.1f} s"
    each = ", ".join(_tenant(tenant) for tenant in tenants)
    objects = "object" if total == 1 else "objects"
    several = "s" if len(tenants) != 1 else ""
    return f"Read {total} {objects} of {len(tenants)} tenant{several}{took} ({each})"


def _tenant(read: TenantRead) -> str:
    """`contoso 41 as jane@contoso.example`: who asked decides on what was seen."""
    who = f" as {safe(read.identity)}" if read.identity else ""
    return f"{safe(read.name)} {read.objects}{who}"


def attribute_lines(
    attributes: tuple[AttributeChange, ...], before: Json, style: Style, *, whole: str = "change"
) -> Iterator[str]:
    """The attributes of one object; `before` is how many members of a set stay.

    `whole` is the operation of an object that comes or goes with all that it has.
    """
    blocks = _blocks(attributes)
    width = max((len(safe(key)) for key in blocks), default=0)
    for key, group in blocks.items():
        yield from _block(key, group, width, before, style, whole=whole)


def _nothing(what: Plan, style: Style) -> str:
    one = what.summary.no_op == 1
    same = f"{what.summary.no_op} {'object is' if one else 'objects are'} as Git declares"
    same += " it" if one else " them"
    head = style.paint("No changes.", "bold green")
    line = f"{head} The tenant matches the manifests: {same}."
    if what.records:
        several = "s" if len(what.records) != 1 else ""
        line += (
            f"\nThe state is behind: an apply records what Git declares of {len(what.records)} "
            f"object{several} and writes nothing to the tenant."
        )
    for tenant in what.tenants:
        if tenant.previous_name:
            line += (
                f"\nThe state has {safe(tenant.name)} as {safe(tenant.previous_name)}: an apply "
                "moves it to the new name."
            )
    return line


def _changes(what: Plan, style: Style) -> Iterator[str]:
    if what.changes:
        yield "Actions are indicated with the following symbols:"
        yield from _legend(what, style)
        yield ""
    if what.errored:
        if not what.changes:
            yield _without_changes(what)
            return
        yield "The plan has errors, so it cannot be applied. What it would do:"
        yield ""
    several = len(what.tenants) > 1
    mending = {step.number: [o for o in step.operations if o.mends] for step in what.steps}
    changing = {n: list(c) for n, c in groupby(what.changes, key=lambda change: change.step)}
    numbers = sorted({*mending, *filter(None, changing)})
    for number in numbers:
        yield style.paint(f"Step {number} of {numbers[-1]}", "bold")
        for operation in mending.get(number, ()):
            name = style.paint(safe(_named(operation.addresses[0], several=several)), "bold")
            yield f"  # {name} will be put right, see Side effects"
            yield ""
        yield from _each(changing.get(number, ()), style, several=several)
    if None in changing:
        yield "Without a write"
        yield from _each(changing[None], style, several=several)
    if what.changes:
        yield _count_line(what, style)


def _each(changes: Iterable[Change], style: Style, *, several: bool) -> Iterator[str]:
    for alike in _grouped(changes, style):
        yield from _change(alike, style, several=several)
        yield ""


def _without_changes(what: Plan) -> str:
    if what.tenants:
        return "The plan has errors, so it cannot be applied."
    return "The manifests have errors, so no tenant was asked."


def _legend(what: Plan, style: Style) -> Iterator[str]:
    """The symbols that the plan has, five a line: that fits a terminal of 80 columns."""
    present = {change.action for change in what.changes}
    if any(change.action is Action.ADOPT and change.attributes for change in what.changes):
        present.add(Action.UPDATE)
    said = [
        f"{style.paint(symbol, colour)} {word}"
        for action, (symbol, colour, word, _) in _SYMBOLS.items()
        if action in present
    ]
    for at in range(0, len(said), _SYMBOLS_IN_A_LINE):
        yield "  " + "    ".join(said[at : at + _SYMBOLS_IN_A_LINE])
    if any(attribute.note for change in what.changes for attribute in change.attributes):
        yield f"  {style.paint('!', 'bold red')} sensitive access: the note behind it says which"


def _count_line(what: Plan, style: Style) -> str:
    writes = what.summary.writes
    several = "s" if writes != 1 else ""
    restores = sum(1 for operation in what.operations() if operation.mends)
    told = (
        f", {restores} of them {'restores' if restores != 1 else 'a restore'}" if restores else ""
    )
    head = style.paint("Plan:", "bold")
    return f"{head} {counts(what.summary)} ({writes} API write{several}{told}{_in_bulk(what)})."


def _in_bulk(what: Plan) -> str:
    """How many of the calls write several objects."""
    sizes = Counter(each.batch for each in what.operations() if each.batch)
    if not sizes:
        return ""
    many = f", {len(sizes)} of them" if what.summary.writes > len(sizes) else ","
    return f"{many} in bulk for {sizes.total()} objects"


def _grouped(changes: Iterable[Change], style: Style) -> Iterable[list[Change]]:
    """The changes of one step, those together that are the same but for the object."""
    if style.whole:
        return [[change] for change in changes]
    groups: dict[str, list[Change]] = {}
    for each in changes:
        alike = (each.tenant, each.kind, each.action, each.reason, each.previous_address)
        what = (each.attributes, each.waits_for, each.unchanged)
        says = each.attributes or each.action is Action.ADOPT
        single = "" if each.action in _GROUPED and says else each.address
        groups.setdefault(repr((alike, what, single)), []).append(each)
    return groups.values()


def _change(alike: list[Change], style: Style, *, several: bool) -> Iterator[str]:
    first = alike[0]
    address = Address.parse(first.address)
    short = address if several else address.short
    name = safe(short) if len(alike) == 1 else _of_all(str(short), alike)
    said = _SYMBOLS[first.action][3]
    if first.action is Action.ADOPT and first.writes:
        said = "will be adopted and updated"
    if first.by == "hand":
        said = f"{said.replace('will be', 'is to be')} by hand"
    painted = f"{style.paint(name, 'bold')} {said}"
    if len(alike) > 1:
        yield f"  # {painted}"
        yield f"  # ({len(alike)} alike; {first.reason}; {_sources(alike)})"
    else:
        gap = " " * max(2, _HEADING - len(f"{name} {said}")) if first.source else ""
        yield f"  # {painted}{gap}{_sources(alike)}"
        yield f"  # ({_why(first)})"
    yield from _body(first, style)
    waits = [safe(_named(each, several=several)) for each in first.waits_for]
    for waited in few(waits, whole=style.whole):
        yield f"    # waits for {waited.removeprefix('and ')}"


def _of_all(short: str, alike: list[Change]) -> str:
    """`group/Kind/{ana, ben}`: the addresses of changes that are the same."""
    head = short.rpartition("/")[0]
    names = few(
        [safe(Address.parse(each.address).name) for each in alike],
        whole=not _only_removes(alike[0]),
    )
    return f"{safe(head)}/{{{', '.join(names)}}}"


def _only_removes(change: Change) -> bool:
    """Whether a change surely gives nobody anything: the names of many such may be folded."""
    if change.action is Action.DEACTIVATE and len(change.attributes) == 1:
        return True
    removed = [each.op == "remove" and not each.opens for each in change.attributes]
    return change.action is Action.UPDATE and bool(removed) and all(removed)


def _sources(alike: list[Change]) -> str:
    """`people.yaml:12,31,58`: where the manifests are, file after file."""
    lines: dict[str, list[int]] = {}
    for each in alike:
        if each.source:
            lines.setdefault(each.source.file, []).append(each.source.line)
    if not lines:
        return ""
    places = [f"{safe(file)}:{_few(map(str, sorted(lines[file])), ',')}" for file in sorted(lines)]
    return _few(places, ", ") + (" files" if len(places) > FEW else "")


def _few(texts: Iterable[str], between: str) -> str:
    """`a, b and 3 more`: the first ten and a count of the rest."""
    *shown, last = few(list(texts), whole=False)
    glue = " " if last.startswith("and ") else between
    return f"{between.join(shown)}{glue}{last}" if shown else last


def _why(change: Change) -> str:
    because = str(change.reason)
    if change.previous_address:
        before = safe(Address.parse(change.previous_address).name)
        because = f"{because}; until now {before}"
    address = Address.parse(change.address)
    told = "" if change.name in ("", address.name) else quoted(change.name)
    told_by_address = address.outside == change.object_id
    known = f"id {safe(change.object_id)}" if change.object_id and not told_by_address else ""
    return "; ".join(filter(None, [because, told, known]))


def _body(change: Change, style: Style) -> Iterator[str]:
    symbol, colour, _, _ = _SYMBOLS[change.action]
    if change.action is Action.FORGET:
        yield f"  {style.paint(symbol, colour)} keeps: {_keeps(change.before)}"
        return
    whole = _WHOLE.get(change.action, "change")
    yield from attribute_lines(change.attributes, change.before, style, whole=whole)
    for note in _other_patches(change):
        yield f"    {style.paint(f'# {note}', 'grey')}"
    if note := _left_out(change):
        yield f"    {style.paint(f'# {note}', 'grey')}"


def _left_out(change: Change) -> str:
    """What the lines of an object do not show."""
    if change.action is Action.ADOPT and not change.attributes:
        return "as declared: nothing is written to the tenant"
    if not change.unchanged:
        return ""
    if change.action in _WHOLE:
        return f"{change.unchanged} more grant nothing"
    several = "s" if change.unchanged != 1 else ""
    return f"{change.unchanged} unchanged attribute{several} hidden" if change.attributes else ""


def _keeps(before: Json) -> str:
    if not before:
        return "nothing: it is gone from the tenant"
    held = {key: value for key, value in before.items() if value not in (None, [])}
    return shown(held)


def _blocks(attributes: tuple[AttributeChange, ...]) -> Mapping[str, list[AttributeChange]]:
    """The attributes by their first name, in their order."""
    found: dict[str, list[AttributeChange]] = {}
    for each in attributes:
        found.setdefault(each.path.partition(".")[0], []).append(each)
    return found


def _block(  # noqa: PLR0913 - the frame of one block
    key: str,
    attributes: list[AttributeChange],
    width: int,
    before: Json,
    style: Style,
    *,
    whole: str,
) -> Iterator[str]:
    first = attributes[0]
    label = f"{safe(key):<{width}}"
    if first.path == key and first.member:
        yield from _members(key, label, attributes, before, style, indent=2)
        return
    if len(attributes) == 1 and first.path == key:
        yield _line(first, safe(key), width, 2, style)
        return
    symbol, colour = _OPS[whole]
    yield f"  {style.paint(symbol, colour)} {label} :"
    inner = {safe(each.path.removeprefix(key).removeprefix(".")) for each in attributes}
    inner_width = max(len(path) for path in inner)
    for path, group in groupby(attributes, key=lambda each: each.path):
        members = list(group)
        name = safe(path.removeprefix(key).removeprefix("."))
        if members[0].member:
            yield from _members(path, name, members, before, style)
        else:
            yield _line(members[0], name, inner_width, 6, style)


def _line(each: AttributeChange, name: str, width: int, indent: int, style: Style) -> str:
    symbol, colour = _OPS[each.op]
    if each.op == "change":
        before = shown(each.before, whole=style.whole)
        value = f"{before} {style.paint('->', 'yellow')} {shown(each.after)}"
    else:
        value = shown(each.after) if each.op == "add" else shown(each.before, whole=style.whole)
    rule = f" ({safe(each.rule)})" if each.rule else ""
    note = f"     # {safe(each.note)}{rule}" if each.note else ""
    note += _patch(each)
    margin = " " * indent
    if each.note:
        margin = style.paint("!", "bold red") + margin[1:]
    return f"{margin}{style.paint(symbol, colour)} {name:<{width}} : {value}{note}"


def _members(  # noqa: PLR0913 - one set with its frame
    path: str,
    name: str,
    members: list[AttributeChange],
    before: Json,
    style: Style,
    *,
    indent: int = 6,
) -> Iterator[str]:
    """A set: who joins and who leaves, never one changed into another."""
    margin = " " * indent
    yield f"{margin}{style.paint('~', 'yellow')} {name} : ["
    kept = [each for each in members if each.op != "remove" or each.opens]
    removed = [_member(each, style) for each in members if each.op == "remove" and not each.opens]
    yield from (f"{margin}    {_member(each, style)}" for each in kept)
    yield from (f"{margin}    {text}" for text in few(removed, whole=style.whole, word="removed"))
    staying = _size(before, path) - sum(1 for each in members if each.op == "remove")
    if staying > 0:
        yield f"{margin}      {style.paint(f'# {staying} unchanged', 'grey')}"
    yield f"{margin}  ]"


def _member(each: AttributeChange, style: Style) -> str:
    symbol, colour = _OPS[each.op]
    value = each.after if each.op == "add" else each.before
    pending = "     # yet to be created" if isinstance(value, dict) and "address" in value else ""
    return f"{style.paint(symbol, colour)} {shown(value)}{pending}{_patch(each)}"


def _patch(each: AttributeChange) -> str:
    """The place in the patch that a value comes from."""
    if each.source is None:
        return ""
    by = "removed by " if each.source.removed else ""
    return f"     # {by}{safe(each.source.file)}:{each.source.line}"


def _other_patches(change: Change) -> Iterator[str]:
    """What patches set or removed and no line of the attributes shows: it is as before."""
    shown_ = {each.source for each in change.attributes if each.source}
    for each in change.patches:
        if each not in shown_:
            verb = "removed" if each.removed else "set"
            yield f"{safe(each.path)} is {verb} by {safe(each.file)}:{each.line}"


def _size(before: Json, path: str) -> int:
    for key in path.split("."):
        before = before.get(key) if isinstance(before, dict) else None
    return len(before) if isinstance(before, list) else 0


def _side_effects(what: Plan, style: Style) -> Iterator[str]:
    """What the vendor does besides, when that is put right, and who may do more until then."""
    if not what.side_effects:
        return
    several = len(what.tenants) > 1
    step_of = {operation.id: step.number for step in what.steps for operation in step.operations}
    yield ""
    yield f"{style.paint('Side effects', 'bold')} (made by the vendor, not by a step)"
    for each in what.side_effects:
        name = safe(_named(each.address, several=several))
        yield f"  {name}   {safe(each.summary)} ({safe(each.rule)})"
        ends = f"put right in step {step_of[each.mended_by]}" if each.mended_by else "it stays so"
        if each.window:
            who = f"{each.people} {'people' if each.people != 1 else 'person'}"
            yield f"    {ends}; wider access in between, {who}: {safe(each.window)}"
            yield from (f"      {safe(person)}" for person in each.who)
        else:
            yield f"    {ends}; nobody may do more in between"


def _runbook(what: Plan, style: Style) -> Iterator[str]:
    """What a person has to do: who, what to click and enter, and what waits for it."""
    if not what.runbook:
        return
    several = len(what.tenants) > 1
    yield ""
    yield f"{style.paint('By hand', 'bold')} (the vendor offers no API; the next plan sees it done)"
    for number, each in enumerate(what.runbook, 1):
        guide, name = each.guide, safe(_named(each.address, several=several))
        rule = f" ({safe(guide.rule)})" if guide.rule else ""
        yield f"  {number}. {safe(guide.title)}: {name}{rule}"
        yield f"     who    {safe(guide.who)}"
        yield from (f"     {place}.     {safe(c)}" for place, c in enumerate(guide.clicks, 1))
        yield from (f"     enter  {safe(e.name)}: {safe(e.value)}" for e in guide.enter)
        yield f"     done   {safe(guide.done)}"
        waiting = [safe(_named(address, several=several)) for address in each.waiting]
        yield from (f"     for    {text}" for text in few(waiting, whole=style.whole))


def _limits(what: Plan, style: Style) -> Iterator[str]:
    """How near the plan comes to limits: a line each, from 80 % on."""
    if not what.limits:
        return
    several = len(what.tenants) > 1
    names = [_subject(each, several=several) for each in what.limits]
    kept = what.limits if style.whole else what.limits[:MOST]
    width = max(len(name) for name in names[: len(kept)])
    yield ""
    yield f"{style.paint('Limits near', 'bold')} (once the plan is carried out)"
    for name, each in zip(names, kept, strict=False):
        used = f"{each.used} of {each.limit} {safe(each.title)} ({each.percent} %)"
        yield f"  {safe(each.rule)}  {name:<{width}}  {used}"
    if left := len(what.limits) - len(kept):
        yield f"  and {left} more, all with -v"


def _subject(each: Headroom, *, several: bool) -> str:
    if each.subject.startswith(f"{each.tenant}/"):
        return safe(_named(each.subject, several=several))
    return safe(f"{each.tenant}: {each.subject}" if several else each.subject)


def _findings(what: Plan, style: Style) -> Iterator[str]:
    findings, several = what.findings, len(what.tenants) > 1
    if not findings and not what.suppressed:
        return
    yield ""
    first, following = split(findings)
    tally = dict.fromkeys(("error", "warning", "info"), 0)
    for each in first:
        tally[each.severity] += 1
    said = ", ".join(
        f"{count} {word}{'s' if count != 1 and word != 'info' else ''}"
        for word, count in tally.items()
        if count or word == "error"
    )
    if what.suppressed:
        said += f", {len(what.suppressed)} suppressed"
    said += follow_up([each.severity for others in following.values() for each in others])
    yield f"{style.paint('Findings', 'bold')} ({said})"
    weights = list(tally)
    ordered = sorted(findings, key=lambda found: weights.index(found.severity))
    groups = [Slip([each], []) for each in ordered] if style.whole else slips(ordered, _what)
    # a plan with errors is never applied: only there may findings be folded
    kept = groups[:MOST] if what.errored and not style.whole else groups
    for slip in kept:
        yield from _finding(slip, style, several=several, cut=what.errored)
    if left := groups[len(kept) :]:
        yield f"  {left_out(Severity(each.severity) for slip in left for each in slip.alike)}"


def _what(found: Finding) -> tuple[str, ...]:
    return (found.severity, found.code, found.summary, found.detail, found.hint, found.tenant)


def _leave(what: Plan, style: Style) -> Iterator[str]:
    """Whether the guards let the plan pass, and by which override."""
    if str(what.allowed):
        yield ""
        yield f"{style.paint('Allowed:', 'bold yellow')} {safe(what.allowed)}"
    if what.outcome == "blocked":
        yield ""
        head = style.paint("Blocked:", "bold red")
        if what.errored:
            yield f"{head} these errors may come from an incomplete list. If it is complete, add"
        else:
            yield f"{head} `apply` refuses this plan. If it is meant as shown, add"
        yield f"  --allow {safe(wanted(what))}"


def _named(address: str, *, several: bool) -> str:
    """An address with its tenant where several are in play."""
    return address if several else Address.parse(address).short


def _finding(slip: Slip[Finding], style: Style, *, several: bool, cut: bool) -> Iterator[str]:
    """One finding, or many that say the same of different objects, and what follows from it."""
    alike = slip.alike
    colours = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}
    first = alike[0]
    label = style.paint(f"{first.severity:<7} {safe(first.code)}", colours[first.severity])
    count = f" ({len(alike)} alike)" if len(alike) > 1 else ""
    yield f"  {label}  {safe(first.summary)}{count}"
    shown_first = alike if not all(each.address for each in alike) else alike[:ALIKE]
    places = [_where(each, several=several) for each in (alike if cut else shown_first)]
    yield from (f"    {place}" for place in (first_places(places) if cut else places) if place)
    if not cut and (others := alike[len(shown_first) :]):
        yield f"    {_and_others(others, several=several)}"
    yield from (f"    {safe(line)}" for line in first.detail.splitlines())
    if first.hint:
        yield f"    help: {safe(first.hint)}"
    if said := follow(slip.following):
        yield f"    {said}"
    if style.whole and first.consequence_of:
        yield f"    follows from {safe(first.consequence_of)}"


def _and_others(alike: list[Finding], *, several: bool) -> str:
    """Every other object that a finding is about, briefly: their places are shown with -v."""
    names: dict[str, list[str]] = {}
    for each in alike:
        head, _, name = _named(each.address, several=several).rpartition("/")
        names.setdefault(head, []).append(safe(name))
    listed = (f"{safe(head)}/{{{', '.join(dict.fromkeys(each))}}}" for head, each in names.items())
    return f"and {'; '.join(listed)} (places with -v)"


def _where(each: Finding, *, several: bool) -> str:
    place = f"{safe(each.file)}:{each.line}:{each.column}" if each.line else ""
    where = _named(each.address, several=several) if each.address else each.tenant
    return "   ".join(filter(None, [safe(where), place]))
