"""The example on CXone to the byte: first with roles by hand, then by calls, then deactivated."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reconciler.model.guard import Allowance
from reconciler.model.plan import Plan
from reconciler.reporting import ledger as ledgers
from reconciler.reporting import runbook, text
from reconciler.reporting.paint import plain
from tests.golden.conftest import Golden, untimed
from tests.workshop import Workshop

EXAMPLE = Path(__file__).parents[2] / "config-examples" / "cxone"
LEAVE = Allowance(people=3, destroy=1)


@pytest.fixture
def example(tmp_path: Path) -> Workshop:
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    here = Workshop(tmp_path)
    here.parallelism = 1
    return here


@pytest.fixture
def with_calls(example: Workshop) -> Workshop:
    for name in ("reconciler.yaml", "sandbox/cxone.yaml"):
        file = example.root / name
        given = file.read_text("utf-8")
        assumed = "assumed: [A1, A2]"
        if name == "reconciler.yaml":
            first = "    vendor: cxone\n"
            assert first in given
            example.write(name, given.replace(first, f"{first}    {assumed}\n"))
        else:
            example.write(name, f"{given}{assumed}\n")
    return example


def shown(plan: Plan) -> str:
    return text.plan(plan, text.Style(plain))


def test_roles_by_hand(example: Workshop, golden: Golden) -> None:
    plan = example.plan(allow=LEAVE)
    golden("cxone/by-hand.txt", shown(plan))
    golden("cxone/runbook.md", runbook.as_markdown(plan))
    (ledger,) = example.apply(plan, allow=LEAVE)
    ending = ledgers.ledger([untimed(ledger)], plan, ledgers.Style(plain))
    golden("cxone/applied.txt", ending.replace(ledger.run, "RUN") + "\n")


def test_roles_by_calls_and_out_of_git(with_calls: Workshop, golden: Golden) -> None:
    plan = with_calls.plan(allow=LEAVE)
    golden("cxone/by-calls.txt", shown(plan))
    with_calls.apply(plan, allow=LEAVE)
    people = with_calls.root / "access" / "people.yaml"
    people.write_text(people.read_text("utf-8").replace("[quality-reviewer]", "[]"), "utf-8")
    roles = with_calls.root / "access" / "roles.yaml"
    _, lead, trainee = roles.read_text("utf-8").split("---\n")
    alone = trainee.replace("copyFrom: quality-reviewer", "copyFrom: Agent")
    roles.write_text(f"{lead}---\n{alone}", "utf-8")
    golden("cxone/out-of-git.txt", shown(with_calls.plan(allow=LEAVE)))
