"""What a person reads, and what machines read, to the byte; `--update-golden` writes the files.

Read the difference before you commit it: these files are the tool's face.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler import checking, pipeline
from reconciler.contract.discover import discover
from reconciler.engine.connect import sandbox_database
from reconciler.engine.events import Ledger
from reconciler.engine.prepare import prepare
from reconciler.engine.read import read
from reconciler.manifests.formatting import formatted
from reconciler.manifests.key_order import order_of
from reconciler.manifests.parse import parse
from reconciler.model.audit import Attribution
from reconciler.model.drift import Difference
from reconciler.model.guard import Allowance
from reconciler.model.plan import Plan, dump
from reconciler.planning import drift as drifting
from reconciler.planning import graph as drawing
from reconciler.planning.drift import Asked
from reconciler.reporting import accepting, applying, diagnostics, drift, github, junit, sarif, text
from reconciler.reporting import graph as drawn
from reconciler.reporting import json as machine
from reconciler.reporting import ledger as ledgers
from reconciler.reporting.paint import plain
from reconciler.reporting.places import Places
from reconciler.sandbox.store import Store
from tests.golden.conftest import Golden, untimed
from tests.workshop import COLLECTION, EXAMPLE, PROFILE, PROJECT, SEED, USER, Workshop

STYLE = text.Style(plain)


@pytest.fixture
def example(workshop: Workshop) -> Workshop:
    shutil.copytree(EXAMPLE, workshop.root, dirs_exist_ok=True)
    return workshop


ALL_PEOPLE = Allowance(people=221)
"""The first plan of the example touches nearly everybody."""


@pytest.fixture(scope="module")
def applied_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the example after an apply; to be copied, never changed."""
    workshop = Workshop(tmp_path_factory.mktemp("applied"))
    workshop.parallelism = 1  # ids and lines in the plan's order
    shutil.copytree(EXAMPLE, workshop.root, dirs_exist_ok=True)
    (ledger,) = workshop.apply(workshop.plan(allow=ALL_PEOPLE))
    assert ledger.outcome == "done"
    return workshop.root


@pytest.fixture
def applied(workshop: Workshop, applied_once: Path) -> Workshop:
    shutil.copytree(applied_once, workshop.root, dirs_exist_ok=True)
    workshop.parallelism = 1
    return workshop


def ending(done: Sequence[Ledger], plan: Plan, *, resume: str = "") -> str:
    return ledgers.ledger([*map(untimed, done)], plan, ledgers.Style(plain), resume=resume)


def lines_of(ledger: Ledger) -> list[str]:
    events = untimed(ledger).events
    return [line for line in (applying.event(event, plain) for event in events) if line]


def shown(plan: Plan, *, whole: bool = False) -> str:
    return text.plan(plan, text.Style(plain, whole=whole))


def test_the_first_plan_of_the_example(example: Workshop, golden: Golden) -> None:
    golden("example/plan.txt", shown(example.plan()))


def test_the_example_once_applied(example: Workshop, golden: Golden) -> None:
    plan = example.plan(allow=ALL_PEOPLE)
    (ledger,) = example.apply(plan)
    golden("example/applied.txt", ending((ledger,), plan).replace(ledger.run, "RUN") + "\n")
    golden("example/no-changes.txt", shown(example.plan()))


def test_the_example_edited_in_the_console(applied: Workshop, golden: Golden) -> None:
    applied.act("edit-profile", profile="Borealis supervisor EMEA", barge_in="enabled")
    applied.act("edit-collection", collection="Cedar chat", queue="Cedar Returns,Cedar Orders EN")
    applied.act("move-user", user="ana.costa@meridian.example", profile="Supervisor Profile")
    found = applied.drift()
    # who it was is told by the tenant's log, and when by its clock
    at = "2026-11-25T09:12:00Z"
    told = tuple(replace(each, at=at) if each.at else each for each in found.differences)
    golden("example/drift.txt", drift.drift(found.tenants, told, found.beyond, STYLE))
    golden("example/drift.json", machine.document(machine.drift(told, drifted=found.drifted)))
    assert found.revert is not None
    golden("example/revert.txt", shown(found.revert))


def edited(applied: Workshop) -> Plan:
    """A week later in Git: a rename, a move, a new person, a profile and a person gone."""
    access = applied.root / "access"
    profiles = access / "cedar" / "profiles.yaml"
    cedar = profiles.read_text().replace(
        "metadata: {name: cedar-agent}",
        "metadata: {name: cedar-standard-agent, previousNames: [cedar-agent]}",
    )
    cedar = cedar.replace("name: Cedar agent", "name: Cedar standard agent")
    profiles.write_text(cedar[: cedar.rindex("---")])
    for people in (access / "cedar").glob("*.yaml"):
        moved = people.read_text().replace(
            "userProfile: cedar-agent", "userProfile: cedar-standard-agent"
        )
        moved = moved.replace("userProfile: cedar-chat-agent", "userProfile: overflow-agent")
        people.write_text(moved)
    shared = access / "shared" / "people.yaml"
    shared.write_text(shared.read_text()[: shared.read_text().rindex("---")])
    collections = access / "alpine" / "collections.yaml"
    collections.write_text(
        collections.read_text().replace("queue: [Alpine Disruption]", "queue: all", 1)
    )
    return applied.plan()


def test_a_week_later(applied: Workshop, golden: Golden) -> None:
    plan = edited(applied)
    golden("week-later/plan.txt", shown(plan))
    golden("week-later/plan-verbose.txt", shown(plan, whole=True))
    golden("week-later/plan.json", dump(plan).decode())


def test_what_only_the_tenant_has_is_pruned(workshop: Workshop, golden: Golden) -> None:
    """Of what somebody made by hand one profile has a user, so it stays, and its collection."""
    limited = "type: supervisor, permissions: {queue: view}, resources: {collections"
    by_hand = (
        f"  - {{name: Pilot lead, {limited}: [Pilot], default: Pilot}}}}\n"
        f"  - {{name: Night lead, {limited}: [Night], default: Night}}}}\n"
    )
    everything = "resources: {queue: all, site: all, team: all, channel: all}"
    workshop.write(
        "seed.yaml",
        SEED.replace("users:\n", f"{by_hand}users:\n")
        + f"collections: [{{name: Pilot, {everything}}}, {{name: Night, {everything}}}]\n",
    )
    workshop.write(
        "reconciler.yaml", PROJECT.replace("    sandbox", "    unmanaged: prune\n    sandbox")
    )
    workshop.manifests(COLLECTION)
    workshop.planned_and_applied()
    workshop.manifests(COLLECTION, PROFILE)
    workshop.act("move-user", user="kim@northwind.example", profile="Night lead")
    workshop.parallelism = 1
    plan = workshop.plan()
    golden("prune/plan.txt", shown(plan))
    (ledger,) = workshop.apply(plan)
    golden("prune/apply.txt", "\n".join(lines_of(ledger)) + "\n")


def test_what_the_tenant_does_besides(workshop: Workshop, golden: Golden) -> None:
    """Analyzer goes from view to edit: one folder stays viewable, and somebody is moved there."""
    declared = "{Sales: {id: 12}, Sales/EMEA: {id: 31}, Stock: {id: 3, stock: true}}"
    workshop.write(
        "seed.yaml",
        SEED + "analyzerFolders: [{path: Sales, id: 12}, {path: Sales/EMEA, id: 31}, "
        "{path: Stock, id: 3, stock: true}]\n",
    )
    workshop.write(
        "reconciler.yaml",
        PROJECT.replace("tenants:", "thresholds: {people: 100%}\ntenants:")
        + f"    facts: {{analyzerFolders: {declared}}}\n",
    )
    profile = PROFILE.replace("{queue: edit, call", "{analyzer: view, queue: edit, call")
    folders = "  analyzerFolders: {editable: [], viewable: [Sales/EMEA]}\n"
    workshop.manifests(COLLECTION, profile + folders, USER)
    workshop.planned_and_applied()
    edited = profile.replace("analyzer: view", "analyzer: edit")
    kim = USER.replace("sam@", "kim@")
    workshop.manifests(COLLECTION, edited + folders, USER, kim)
    plan = workshop.plan()
    golden("side-effects/plan.txt", shown(plan))
    allow = Allowance(transient=True)
    golden("side-effects/allowed.txt", shown(workshop.plan(allow=allow)).partition("\nPlan")[2])
    (ledger,) = workshop.apply(plan, allow=allow)
    shown_lines = [*lines_of(ledger), ending((ledger,), plan)]
    golden("side-effects/apply.txt", "\n".join(shown_lines).replace(ledger.run, "RUN") + "\n")


def test_a_plan_that_comes_near_to_limits(workshop: Workshop, golden: Golden) -> None:
    workshop.manifests(COLLECTION, *(PROFILE.replace("lead", f"lead-{n:02}") for n in range(12)))
    _, head, rest = shown(workshop.plan()).partition("Plan: ")
    golden("limits/plan.txt", head + rest)


def test_the_events_of_an_apply(applied: Workshop, golden: Golden) -> None:
    plan = edited(applied)
    (ledger,) = applied.apply(plan)
    golden("week-later/apply.txt", "\n".join(lines_of(ledger)) + "\n")


def test_an_apply_that_failed_half_way(workshop: Workshop, golden: Golden) -> None:
    workshop.manifests(COLLECTION, PROFILE, USER)
    plan = workshop.plan()
    # the tenant takes the collection, then somebody spends the profile's name
    taken = "POST", f"/organization/{plan.tenants[0].organization}/v3/user-profile"

    def meddle(method: str, path: str) -> None:
        if (method, path) == taken:
            workshop.before = lambda _method, _path: None
            workshop.spend_the_name("Billing lead")

    workshop.before = meddle
    (ledger,) = workshop.apply(plan)
    seen = ending((ledger,), plan, resume="reconciler apply --resume")
    tracking_id = ledger.failed[0].tracking_id
    golden(
        "half-way/ledger.txt",
        seen.replace(ledger.run, "RUN").replace(tracking_id, "TRACKING-ID") + "\n",
    )


STANDARD = {
    "borealis-supervisor-emea": "Supervisor Profile",
    "borealis-supervisor-amer": "Supervisor Profile",
    "borealis-agent": "Standard Agent Profile",
    "borealis-premium-agent": "Premium Agent Profile",
    "borealis-fraud-agent": "Premium Agent Profile",
}


def test_a_plan_that_goes_too_far(applied: Workshop, golden: Golden) -> None:
    """A client's own profiles leave Git; its people go to the vendor's."""
    with (applied.root / "reconciler.yaml").open("a", encoding="utf-8") as project:
        project.write("thresholds: {destroy: 3}\n")
    for people in (applied.root / "access" / "borealis").glob("*.yaml"):
        text = people.read_text()
        for ours, theirs in STANDARD.items():
            text = text.replace(f"userProfile: {ours},", f"userProfile: {theirs},")
        people.write_text(text)
    profiles = applied.root / "access" / "borealis" / "profiles.yaml"
    kept = [each for each in profiles.read_text().split("---\n") if "preventDestroy" in each]
    profiles.write_text("---\n".join(kept))
    plan = applied.plan()
    golden("blocked/plan.txt", shown(plan))
    radius = plan.blast_radius
    allowed = applied.plan(allow=Allowance(radius.destroy, radius.people))
    golden("blocked/allowed.txt", shown(allowed).partition("\nFindings")[2])


BROKEN = """\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: billing-lead}
spec:
  profileType: supervisr
  permissions: {queue: write, queues: view, tenant-setting: view}
  resources: {collections: [], default: nowhere}
---
apiVersion: webexcc/v1
kind: ResourceCollection
metadata:
  name: billing
spec:
  resources:
    queue: []
    site: none
    channel: some
    team: [1]
---
apiVersion: webexcc/v1
kind: ResourceCollection
metadata: {name: Billing Sales}
spec: {resources: {queue: all, site: all, team: all, channel: none}}
---
kind: [
---
apiVersion: webexcc/v1
kind: Usr
metadata: {name: sam@northwind.example}
spec: {}
---
apiVersion: webexcc/v1
kind: User
metadata: {name: Sam@northwind.example, lables: {}}
spec: {userprofile: lead}
"""


def test_manifests_full_of_mistakes(workshop: Workshop, golden: Golden) -> None:
    workshop.manifests(BROKEN)
    work = workshop.work()
    found = checking.validate(work, work.tenants)
    golden(
        "mistakes/validate.txt",
        "".join(diagnostics.diagnostic(each, plain) + "\n\n" for each in found),
    )
    golden("mistakes/validate.json", machine.document(machine.validation(found)))
    places = Places("", "reconciler.yaml")
    rules = {rule.code: rule for rule in work.vendors["webexcc"].rules}
    golden("mistakes/validate.sarif", machine.document(sarif.log(found, rules, places)))
    files = checking.files(work, work.tenants)
    golden("mistakes/validate.junit.xml", junit.document(found, files, places))
    golden("mistakes/validate.github.txt", github.commands(found, places))
    golden("mistakes/summary.md", github.summary(found, places))


def test_one_mistake_in_many_manifests(workshop: Workshop, golden: Golden) -> None:
    wrong = PROFILE.replace("[billing], default: billing", "[nowhere], default: nowhere")
    workshop.manifests(COLLECTION, *(wrong.replace("lead", f"lead-{n:02}") for n in range(12)))
    plan = workshop.plan()
    assert [each.code for each in plan.findings].count("REF120") == 24
    golden("mistakes/alike.txt", "Findings" + shown(plan).partition("\nFindings")[2])


def test_names_from_a_tenant_break_no_terminal(workshop: Workshop, golden: Golden) -> None:
    evil = "\\e[2J\\u202Egnp.exe"
    workshop.manifests(
        COLLECTION.replace("name: Billing\n", f'name: "Billing"\n  description: "{evil}"\n')
    )
    seen = shown(workshop.plan())
    assert seen.isprintable() or all(char.isprintable() or char == "\n" for char in seen)
    golden("evil/plan.txt", seen)


EVERYTHING = """\
---
apiVersion: webexcc/v1
kind: ResourceCollection
metadata: {name: sales}
spec: {name: Sales, resources: {queue: [Sales EN], site: all, team: all, channel: all}}
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: night}
spec:
  name: Night
  description: At night
  profileType: supervisor
  permissions: {queue: view, team: view}
  resources: {collections: [sales], default: sales}
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: pilot}
spec:
  name: Pilot
  description: A pilot
  profileType: supervisor
  permissions: {queue: view}
  resources: all
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: former}
spec: {name: Former, profileType: supervisor, permissions: {queue: view}, resources: all}
---
apiVersion: webexcc/v1
kind: User
metadata: {name: kim@northwind.example}
spec: {userProfile: night, site: Lisbon}
"""
SAM = "sam@northwind.example"
LIVED_WITH = (
    "drift: {ignore: [{address: UserProfile/pilot, attributes: [permissions], "
    "reason: until the pilot ends}]}\n"
)


def by_dora(difference: Difference) -> Attribution | None:
    """What an audit log that knows profiles and users would tell."""
    if difference.kind == "ResourceCollection":
        return None
    at = datetime(2026, 11, 25, 9, 12, tzinfo=UTC)
    return Attribution("dora@northwind.example", at, "likely", "e-1", "her event fits")


def test_drift_of_everything_at_once(workshop: Workshop, golden: Golden) -> None:
    """Changed outside, by the vendor, in Git, in both, settled, gone, new, lived with."""
    last = "token: root-token}"
    seed = SEED.replace(last, f"{last}, {{email: {SAM}, token: sam}}")
    workshop.write("seed.yaml", seed)
    pruning = PROJECT.replace("    sandbox", "    unmanaged: {UserProfile: prune}\n    sandbox")
    workshop.write("reconciler.yaml", pruning + LIVED_WITH)
    workshop.manifests(COLLECTION, PROFILE, USER, EVERYTHING)
    workshop.planned_and_applied()
    workshop.act("create-queue", by=SAM, name="Fresh")  # goes to the default of who makes it
    workshop.act("edit-profile", profile="Night", queue="edit", team="edit", description="Late")
    workshop.act("edit-profile", profile="Pilot", queue="edit", description="No pilot any more")
    workshop.act("edit-collection", collection="Sales", queue="Sales EN,Billing EN", site="Berlin")
    workshop.act("move-user", user="kim@northwind.example", profile="Supervisor Profile")
    workshop.act("create-profile", name="By hand", type="supervisor", queue="view")
    _delete(workshop, "user-profile", "Former")
    workshop.manifests(
        COLLECTION,
        PROFILE.replace("queue: edit", "queue: view"),
        USER,
        EVERYTHING.replace("At night", "Nights")
        .replace("team: view", "team: edit")
        .replace("[Sales EN]", "[Sales EN, Billing DE]")
        .replace("site: Lisbon", "site: Berlin"),
    )
    work = workshop.work()
    (prepared,) = prepare(work)
    live = asyncio.run(read(prepared.tenant, prepared.groups, (), work.around))
    asked = Asked(ignores=work.project.ignores.valid, reported=prepared.pruned)
    found = drifting.attributed(
        drifting.find(prepared.given(), live, stateless=False, asked=asked), by_dora
    )
    reads = workshop.drift().tenants
    for name, style in (("drift", STYLE), ("drift-verbose", text.Style(plain, whole=True))):
        shown_ = drift.drift(
            reads,
            found.differences,
            found.beyond,
            style,
            suppressed=found.suppressed,
            settled=found.settled,
        )
        golden(f"drift/{name}.txt", shown_)
    result = machine.drift(
        found.differences, drifted=True, suppressed=found.suppressed, settled=found.settled
    )
    golden("drift/drift.json", machine.document(result))


def _delete(here: Workshop, kind: str, name: str) -> None:
    """It is gone from the tenant, and nothing tells who took it."""
    (tenant,) = here.work().tenants
    store = Store(sandbox_database(tenant, here.root))
    (row,) = [each for each in store.rows(kind) if each["name"] == name]
    store.remove(kind, row["id"])
    store.close()


def test_every_json_is_one_document(example: Workshop) -> None:
    plan = example.plan()
    assert json.loads(dump(plan))["format_version"] == "1.0"
    assert json.loads(machine.document(machine.drift((), drifted=False)))["drifted"] is False


ACCEPTED = Path(__file__).parent / "accept" / "before"


def test_drift_is_accepted_into_files_that_people_wrote(workshop: Workshop, golden: Golden) -> None:
    """Comments, order, anchors and quoting stay: only the lines of what drifted differ."""
    shutil.copytree(ACCEPTED, workshop.root / "access")
    workshop.planned_and_applied()
    workshop.act("edit-profile", profile="Billing lead", name="Lead of billing", queue="view",
                 description="Leads billing, and what comes next", barge_in="disabled")  # fmt: skip
    workshop.act("edit-profile", profile="Watcher", queue="edit", collections="Billing",
                 default="Billing")  # fmt: skip
    workshop.act("edit-profile", profile="second-watcher", queue="edit", analyzer="none",
                 collections="sales", default="sales")  # fmt: skip
    workshop.act("edit-collection", collection="Billing", queue="Billing DE,Sales EN", site="all")
    workshop.act("edit-collection", collection="sales", channel="Voice,Chat", name="Sales")
    workshop.act("move-user", user="kim@northwind.example", teams="Billing Berlin,Sales Lisbon",
                 site="Berlin")  # fmt: skip
    found = workshop.drift()
    work = workshop.work()
    accepted = pipeline.to_accept(work, found)
    golden("accept/shown.txt", accepting.accepted(accepted, plain))
    pipeline.keep_accepted(work, accepted)
    for file in sorted((workshop.root / "access").iterdir()):
        golden(f"accept/after/{file.name}", file.read_text())
    assert not workshop.drift().drifted
    assert not workshop.plan().changes


FORMATTED = Path(__file__).parent / "fmt" / "before"


@pytest.mark.parametrize("file", sorted(each.name for each in FORMATTED.iterdir()))
def test_files_that_people_wrote_are_set_in_one_layout(file: str, golden: Golden) -> None:
    """Comments, quoting, anchors and values stay; white space and the order of keys change."""
    data = (FORMATTED / file).read_bytes()
    new = formatted(file, data, order_of(discover()))
    golden(f"fmt/after/{file}", new.decode())
    assert formatted(file, new, order_of(discover())) == new
    assert [e.value for e in parse(file, new)[0]] == [e.value for e in parse(file, data)[0]]


def test_graphs_of_a_plan_and_of_references(workshop: Workshop, golden: Golden) -> None:
    workshop.manifests(COLLECTION, PROFILE, USER)
    plan = drawing.of_operations(workshop.plan())
    references = pipeline.references(workshop.work())
    for name, graph in (("operations", plan), ("references", references)):
        golden(f"graph/{name}.dot", drawn.dot(graph))
        golden(f"graph/{name}.mmd", drawn.mermaid(graph))
