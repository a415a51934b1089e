"""Every kind of operation, whatever goes wrong with it, killed at every write to the journal.

After each the next run converges: by `--resume` and by a plan that is made anew; each create landed
once, the tenant is as Git wants it, and the state is whole. Here each operation meets each fault,
each operation is killed at each write, and of operation, fault and kill together a part; all of
it is the `soak`.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.errors import StalePlanError
from reconciler.model.plan import dump
from tests.killed import PLAN, Assassin, Died, Log, Order, calls
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes fork and are killed")

THRESHOLDS = "thresholds: {destroy: 1000, people: 100%}\n"
SALES = COLLECTION.replace("name: billing", "name: sales").replace("Billing\n", "Sales\n")
THIRD = COLLECTION.replace("name: billing", "name: third").replace("Billing\n", "Third\n")
SECOND = PROFILE.replace("{name: lead}", "{name: second}").replace("Billing lead", "Second")
MORE = COLLECTION.replace("[Billing EN]", "[Billing EN, Billing DE]")
VIEW = PROFILE.replace("queue: edit", "queue: view")
MOVED = USER.replace("lead", "second")
RENAMED = COLLECTION.replace("{name: billing}", "{name: bills, previousNames: [billing]}").replace(
    "Billing\n", "Bills\n"
)
ONLY_MOVED = COLLECTION.replace("{name: billing}", "{name: bills, previousNames: [billing]}")
KEPT = COLLECTION.replace("{name: billing}", "{name: billing, lifecycle: {preventDestroy: true}}")

Act = tuple[str, dict[str, str]]
NEW_COLLECTION: Act = (
    "create-collection",
    {"name": "Billing", "site": "Lisbon", "team": "all", "queue": "all", "channel": "all"},
)
SAME_COLLECTION: Act = (
    "create-collection",
    {
        "name": "Billing",
        "queue": "Billing EN",
        "site": "Berlin",
        "team": "Billing Berlin",
        "channel": "all",
    },
)
NEW_PROFILE: Act = ("create-profile", {"name": "Billing lead", "type": "supervisor"})


@dataclass(frozen=True)
class Case:
    """One kind of operation: what Git had and has, what is in the tenant, and who meddles how."""

    had: tuple[str, ...]
    has: tuple[str, ...]
    names: tuple[str, ...]
    meddle: Act
    found: Act | None = None


def edits(collection: str) -> Act:
    return "edit-collection", {"collection": collection, "queue": "Sales EN"}


def edits_profile(profile: str) -> Act:
    return "edit-profile", {"profile": profile, "team": "edit"}


CASES = {
    "create-collection": Case((), (COLLECTION,), ("Billing",), NEW_COLLECTION),
    "create-profile": Case(
        (COLLECTION,), (COLLECTION, PROFILE), ("Billing", "Billing lead"), NEW_PROFILE
    ),
    "update-collection": Case((COLLECTION,), (MORE,), ("Billing",), edits("Billing")),
    "update-profile": Case(
        (COLLECTION, PROFILE),
        (COLLECTION, VIEW),
        ("Billing", "Billing lead"),
        edits_profile("Billing lead"),
    ),
    "update-user": Case(
        (COLLECTION, PROFILE, SECOND, USER),
        (COLLECTION, PROFILE, SECOND, MOVED),
        ("Billing", "Billing lead", "Second"),
        ("move-user", {"user": "sam@northwind.example", "site": "Lisbon"}),
    ),
    "update-in-bulk": Case(
        (COLLECTION, SALES, THIRD),
        tuple(each.replace("[Billing EN]", "[Billing DE]") for each in (COLLECTION, SALES, THIRD)),
        ("Billing", "Sales", "Third"),
        edits("Sales"),
    ),
    "delete-collection": Case((COLLECTION, SALES), (COLLECTION,), ("Billing",), edits("Sales")),
    "delete-profile": Case(
        (COLLECTION, PROFILE, SECOND),
        (COLLECTION, PROFILE),
        ("Billing", "Billing lead"),
        edits_profile("Second"),
    ),
    "adopt-and-update": Case((), (MORE,), ("Billing",), edits("Billing"), SAME_COLLECTION),
    "rename": Case((COLLECTION,), (RENAMED,), ("Bills",), edits("Billing")),
}
RECORDED = {
    "adopt": Case((), (COLLECTION,), ("Billing",), edits("Billing"), SAME_COLLECTION),
    "move": Case((COLLECTION,), (ONLY_MOVED,), ("Billing",), edits("Billing")),
    "protect": Case((COLLECTION,), (KEPT,), ("Billing",), edits("Billing")),
    "forget": Case(
        (COLLECTION, PROFILE, USER),
        (COLLECTION, PROFILE),
        ("Billing", "Billing lead"),
        ("move-user", {"user": "sam@northwind.example", "site": "Lisbon"}),
    ),
}
"""What only the state is told of."""

FAULTS: dict[str, tuple[str, ...]] = {
    "429-storm": ('429 on="write *" retryAfter=2 times=4',),
    "5xx-before": ('503 on="write *" times=3',),
    "5xx-after": ('503 on="write *" when=after',),
    "dropped": ('dropped on="write *" when=after',),
    "lost": ('dropped on="write *"',),
    "half-answer": ('half-answer on="write *" when=after',),
    "cut-answer": ('cut-answer on="write *" when=after',),
    "timeout": ("timeout",),
    "401": ('401 on="write *" times=always',),
    "409": ('409 on="write *"',),
    "412": ('412 on="write *"',),
    "somebody": (),
}
UNREADABLE = tuple(f"unread-{how}" for how in ("401", "403", "503", "drop", "odd", "null"))
"""How the reads fail that follow a write which the tenant accepted."""

OPERATION, RECORDS = 5, 3
"""The journal of one operation: start, intent, outcome, records, end; of records: without two."""

POINTS = tuple((number, when) for number in range(1, 6) for when in ("before", "after"))
TOGETHER = [
    (operation, fault, *POINTS[(3 * row + column) % len(POINTS)])
    for row, operation in enumerate(CASES)
    for column, fault in enumerate(FAULTS)
    if (row + column) % 2 == 0
]
"""Of operation, fault and kill together a part."""


Prepared = Callable[[str], Workshop]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A folder of each case, up to its plan; made when it is first wanted."""
    made: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp(name)
            _start(made[name], (CASES | RECORDED)[name])
        return made[name]

    return folder


def _start(root: Path, case: Case) -> None:
    here = Workshop(root)
    here.write("reconciler.yaml", (root / "reconciler.yaml").read_text("utf-8") + THRESHOLDS)
    if case.found is not None:
        here.act(case.found[0], **case.found[1])
    if case.had:
        here.manifests(*case.had)
        here.planned_and_applied()
    here.manifests(*case.has)
    plan = here.plan()
    assert not plan.errored, plan.findings
    (root / PLAN).write_bytes(dump(plan))


@pytest.fixture
def prepared(started: Callable[[str], Path], tmp_path: Path) -> Prepared:
    """A copy of a case's folder, as a workshop that goes on with the log of calls."""

    def copy(name: str) -> Workshop:
        root = tmp_path / "case"
        shutil.copytree(started(name), root)
        here = Workshop(root)
        here.calls = Log(root)
        return here

    return copy


def order(here: Workshop, operation: str, fault: str, kill_at: int = 0, when: str = "") -> Order:
    meddle = (CASES | RECORDED)[operation].meddle if fault == "somebody" else None
    faults = FAULTS[fault] if fault else ()
    return Order(str(here.root), faults, kill_at, when, meddle=meddle)


def resumed(here: Workshop, *, may_be_stale: bool) -> bool:
    """`apply --resume`: whether there was anything; it may say that somebody else came between."""
    try:
        ledgers = here.resume()
    except StalePlanError:
        assert may_be_stale
        return False
    outcomes = [each.outcome for each in ledgers]
    assert outcomes in ([], ["done"]) or may_be_stale, [each.failed for each in ledgers]
    return bool(ledgers)


def left_something(died: Died, what: Order, case: Case) -> bool:
    """Whether there is a run that did not end."""
    last = RECORDS if case in RECORDED.values() else OPERATION
    nothing = {(1, "before"), (last, "after")}
    return (what.kill_at, what.when) not in nothing if died.killed else died.outcome != "done"


def converged(here: Workshop, case: Case) -> None:
    """A plan and its apply; then nothing is left."""
    here.planned_and_applied()
    assert not here.plan().differs
    is_as_wanted(here, case)


def is_as_wanted(here: Workshop, case: Case) -> None:
    bodies = here.bodies()
    ours = [*bodies["resource-collection"], *bodies["user-profile"]]
    preset = {"Administrator Profile", "Supervisor Profile"}
    assert tuple(sorted(row["name"] for row in ours if row["name"] not in preset)) == case.names
    landed = Counter(c.path for c in calls(here.root) if c.method == "POST" and c.status < 300)
    assert not landed or landed.most_common(1)[0][1] == 1
    with closing(sqlite3.connect(here.root / ".reconciler" / "state.db")) as state:
        assert state.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        open_ = "SELECT * FROM operation WHERE outcome IS NULL"
        assert state.execute(open_).fetchall() == []
        owned = state.execute("SELECT name FROM ownership WHERE address NOT LIKE '%/User/%'")
        assert tuple(sorted(name for (name,) in owned)) == case.names


def went_wrong_and_converges(
    here: Workshop, assassin: Assassin, what: Order, case: Case, *, by_resume: bool
) -> Died:
    died = assassin.apply(what)
    meddled = what.meddle is not None
    if by_resume and resumed(here, may_be_stale=meddled) and not meddled:
        assert not here.plan().differs
        is_as_wanted(here, case)
        return died
    assert not by_resume or meddled or not left_something(died, what, case)
    converged(here, case)
    return died


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", CASES)
def test_what_goes_wrong_is_made_good_by_the_next_run(
    prepared: Prepared, assassin: Assassin, operation: str, fault: str
) -> None:
    here, case = prepared(operation), CASES[operation]
    by_resume = (len(operation) + len(fault)) % 2 == 0
    died = went_wrong_and_converges(
        here, assassin, order(here, operation, fault), case, by_resume=by_resume
    )
    assert not died.killed
    passing = {"429-storm", "5xx-before", "5xx-after", "dropped", "half-answer", "cut-answer"}
    if fault in passing | {"timeout"}:
        assert died.outcome == "done", died.told
    else:
        assert died.outcome in {"done", "partial", "stale"}


@pytest.mark.parametrize("by_resume", [True, False], ids=["resume", "plan"])
@pytest.mark.parametrize("fault", UNREADABLE)
@pytest.mark.parametrize("operation", CASES)
def test_a_write_whose_read_back_fails_is_unknown_and_settled_by_the_next_run(
    prepared: Prepared, assassin: Assassin, operation: str, fault: str, by_resume: bool
) -> None:
    here, case = prepared(operation), CASES[operation]
    what = Order(str(here.root), (fault,))
    died = went_wrong_and_converges(here, assassin, what, case, by_resume=by_resume)
    assert not died.killed
    if operation.startswith("delete"):  # its answer alone says that it is done
        assert (died.failed, died.unknown) == (0, 0)
    else:
        assert died.unknown
        assert not died.failed
    done = [c for c in calls(here.root) if c.method != "GET" and c.status < 300]
    assert len({(c.method, c.path) for c in done}) == len(done), "a write was sent twice"


def killed(  # noqa: PLR0913 - what is crossed
    here: Workshop,
    assassin: Assassin,
    operation: str,
    *,
    fault: str = "",
    at: tuple[int, str],
    by_resume: bool,
) -> None:
    case = (CASES | RECORDED)[operation]
    what = order(here, operation, fault, *at)
    died = went_wrong_and_converges(here, assassin, what, case, by_resume=by_resume)
    assert died.killed == (at[0] <= (RECORDS if operation in RECORDED else OPERATION))


@pytest.mark.parametrize(("kill_at", "when"), POINTS)
@pytest.mark.parametrize("operation", [*CASES, *RECORDED])
def test_killed_at_any_write_to_the_journal_the_next_run_converges(
    prepared: Prepared, assassin: Assassin, operation: str, kill_at: int, when: str
) -> None:
    by_resume = (len(operation) + POINTS.index((kill_at, when))) % 2 == 0
    killed(prepared(operation), assassin, operation, at=(kill_at, when), by_resume=by_resume)


@pytest.mark.parametrize(("operation", "fault", "kill_at", "when"), TOGETHER)
def test_killed_while_something_goes_wrong_the_next_run_converges(  # noqa: PLR0913, PLR0917
    prepared: Prepared, assassin: Assassin, operation: str, fault: str, kill_at: int, when: str
) -> None:
    here, by_resume = prepared(operation), (len(operation) + len(fault)) % 2 == 0
    killed(here, assassin, operation, fault=fault, at=(kill_at, when), by_resume=by_resume)


@pytest.mark.soak
@pytest.mark.parametrize("by_resume", [True, False], ids=["resume", "plan"])
@pytest.mark.parametrize(("kill_at", "when"), POINTS)
@pytest.mark.parametrize("fault", ["", *FAULTS])
@pytest.mark.parametrize("operation", [*CASES, *RECORDED])
def test_the_whole_of_it(  # noqa: PLR0913, PLR0917
    prepared: Prepared,
    assassin: Assassin,
    operation: str,
    fault: str,
    kill_at: int,
    when: str,
    by_resume: bool,
) -> None:
    here = prepared(operation)
    killed(here, assassin, operation, fault=fault, at=(kill_at, when), by_resume=by_resume)
