"""What the README shows is what the tool prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.workshop import Terminal

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_plan_of_the_readme_is_a_real_one() -> None:
    shown = README.split("```")[1].splitlines()[2:]
    golden = (ROOT / "tests/golden/week-later/plan.txt").read_text(encoding="utf-8").splitlines()
    real = {re.sub(r" in \d\.\d s", "", line) for line in golden}
    missing = [line for line in shown if re.sub(r" in \d\.\d s", "", line) not in real]
    assert missing == ["  ..."]


def test_the_plan_that_the_example_promises_is_the_real_one() -> None:
    page = (ROOT / "config-examples/webexcc/README.md").read_text(encoding="utf-8")
    golden = (ROOT / "tests/golden/example/plan.txt").read_text(encoding="utf-8")
    promised = re.search(r"reconciler plan +# ([^;\n]*)", page)
    real = re.search(r"^Plan: (.*) \(", golden, re.MULTILINE)
    assert promised is not None
    assert real is not None
    assert promised[1] == real[1].replace(", 0 to change, 0 to destroy", "")


def test_the_manifests_of_the_readme_are_valid(terminal: Terminal) -> None:
    project, manifests, rules = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (terminal.root / "access").mkdir()
    (terminal.root / "reconciler.yaml").write_text(project + rules)
    (terminal.root / "access" / "billing.yaml").write_text(manifests)
    said = terminal("validate")
    assert said.code == 0, said.out


def test_the_commands_of_the_guides_work(terminal: Terminal) -> None:
    terminal.has_the_example()
    assert terminal("apply", "--auto-approve", "--allow", "people=221:3b45").code == 0
    shown: list[str] = []
    for page in (ROOT / "docs" / "how-to").glob("*.md"):
        for block in re.findall(r"```\w*\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            shown.extend(re.findall(r"(?:- |run: |entry: )reconciler ([^>\n]+)", block))
    assert len(shown) >= 4
    for command in shown:
        said = terminal(*shlex.split(command))
        assert said.code == 0, f"{command}: {said.out}{said.err}"


def test_links_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / ".github").glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
