"""One slip is one error, with what follows from it counted below; machines get all of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER, Said, Terminal

CXONE = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  test: {vendor: cxone, manifests: ["access/*.yaml"], sandbox: {seed: seed.yaml}}
  other: {vendor: cxone, manifests: ["access/*.yaml"], sandbox: {seed: seed.yaml}}
"""


def role(name: str, status: str = "active", *, called: str = "", more: str = "") -> str:
    return f"""\
---
apiVersion: cxone/v1
kind: Role
metadata: {{name: {name}}}
spec: {{name: {called or name}, status: {status}, permissions: {{acd: {{agent: [view]}}}}{more}}}
"""


def employees(count: int, role: str = "reviewer") -> str:
    return "".join(
        f"""\
---
apiVersion: cxone/v1
kind: Employee
metadata: {{name: p{number}@northwind.example}}
spec: {{active: true, primaryRole: Agent, secondaryRoles: [{role}]}}
"""
        for number in range(count)
    )


def profile(name: str, *, called: str = "") -> str:
    return PROFILE.replace("name: lead", f"name: {name}").replace("Billing lead", called or name)


def people(count: int, profile: str = "lead") -> str:
    return "".join(
        USER.replace("sam@", f"p{number}@").replace(": lead", f": {profile}")
        for number in range(count)
    )


def write(terminal: Terminal, name: str, text: str) -> None:
    file = terminal.root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def cxone(terminal: Terminal) -> Terminal:
    write(terminal, "reconciler.yaml", CXONE)
    return terminal


@pytest.fixture
def webex(terminal: Terminal) -> Terminal:
    write(terminal, "reconciler.yaml", PROJECT)
    write(terminal, "seed.yaml", SEED)
    return terminal


def errors(said: Said) -> list[dict[str, Any]]:
    document = said.json
    found = document.get("diagnostics") or document["findings"]
    return [each for each in found if each["severity"] == "error"]


def shown(said: Said) -> int:
    return len(re.findall(r"error\[", said.out + said.err))


def one_slip(terminal: Terminal, code: str, following: int, *command: str) -> list[dict[str, Any]]:
    """The consequences of the one error that a person sees; its code is this one."""
    command = command or ("validate",)
    said = terminal(*command)
    assert said.code == 1
    assert shown(said) == 1, said.out
    assert f"error[{code}]" in said.out
    every = errors(terminal(*command, "--format", "json"))
    roots = [each for each in every if not each["consequence_of"]]
    assert [each["code"] for each in roots] == [code]
    rest = [each for each in every if each["consequence_of"]]
    assert len(rest) == following
    place = f"{roots[0]['file']}:{roots[0]['line']}:{roots[0]['column']}"
    assert {each["consequence_of"] for each in rest} == {f"{code} {place}"}
    noun = "error follows" if following == 1 else "errors follow"
    assert re.search(
        rf"1 error, 0 warnings(, \d infos?)?; {following} more {noun} from these", said.out
    )
    # with -v each is shown, and says what it follows from
    whole = terminal(*command, "-v")
    assert shown(whole) == following + 1
    assert whole.out.count(f"   = follows from {code} {place}") == following
    return rest


@pytest.mark.parametrize("status", ["Active", "aktive", "retired"])
def test_a_status_that_is_none_is_one_error_whoever_holds_the_role(
    cxone: Terminal, status: str
) -> None:
    write(cxone, "access/roles.yaml", role("reviewer", status))
    write(cxone, "access/people.yaml", employees(25))
    rest = one_slip(cxone, "CXR105", 25)
    assert {each["code"] for each in rest} == {"CXR106"}
    assert "and 25 more errors follow from this one; all of them with -v" in cxone("validate").out


def test_a_role_that_is_meant_to_be_inactive_is_no_slip(cxone: Terminal) -> None:
    write(cxone, "access/all.yaml", role("reviewer", "inactive") + employees(3))
    every = errors(cxone("validate", "--format", "json"))
    assert [each["code"] for each in every] == ["CXR106"] * 3
    assert {each["consequence_of"] for each in every} == {""}


def test_an_error_of_its_own_is_never_counted_as_a_consequence(cxone: Terminal) -> None:
    roles = ", ".join(f"role-{number}" for number in range(11))
    many = "".join(role(f"role-{number}") for number in range(11))
    write(
        cxone,
        "access/all.yaml",
        many + role("reviewer", "Active") + employees(1) + employees(1, roles).replace("p0", "q0"),
    )
    every = errors(cxone("validate", "--format", "json"))
    own = sorted(each["code"] for each in every if not each["consequence_of"])
    assert own == ["CXR105", "CXR110"]
    assert [each["code"] for each in every if each["consequence_of"]] == ["CXR106"]


def test_two_slips_are_two_errors(cxone: Terminal) -> None:
    write(
        cxone,
        "access/all.yaml",
        role("reviewer", "Active")
        + role("coach", "Active")
        + employees(3)
        + employees(2, "coach").replace("p0", "q0").replace("p1", "q1"),
    )
    said = cxone("validate")
    assert shown(said) == 2
    assert "and 3 more errors follow from this one" in said.out
    assert "and 2 more errors follow from this one" in said.out
    assert "; 5 more errors follow from these" in said.out


@pytest.mark.parametrize("copies", [2, 3, 4])
def test_a_vendors_name_that_was_copied_is_one_error(cxone: Terminal, copies: int) -> None:
    names = [f"copy-{number}" for number in range(copies)]
    write(cxone, "access/all.yaml", "".join(role(each, called="Quality") for each in names))
    one_slip(cxone, "PLN126", 2 * copies - 2)


def test_names_that_differ_in_case_alone_are_one_error(cxone: Terminal) -> None:
    write(cxone, "access/all.yaml", role("a", called="Quality") + role("b", called="QUALITY"))
    assert shown(cxone("validate")) == 1


@pytest.mark.parametrize("copies", [3, 5])
def test_a_name_of_ours_that_was_copied_is_one_error(cxone: Terminal, copies: int) -> None:
    write(cxone, "access/all.yaml", "".join(role("a", called=f"N{n}") for n in range(copies)))
    one_slip(cxone, "REF101", copies - 2)


def test_copied_profiles_of_webex_are_one_error(webex: Terminal) -> None:
    copies = "".join(profile(name, called="Copy") for name in "abc")
    write(webex, "access/all.yaml", COLLECTION + copies)
    one_slip(webex, "PLN126", 2)
    write(webex, "access/all.yaml", COLLECTION + profile("a") + profile("a") + profile("a"))
    one_slip(webex, "REF101", 1)


@pytest.mark.parametrize("count", [2, 3, 40])
def test_a_name_that_is_nowhere_is_one_error_however_many_use_it(
    webex: Terminal, count: int
) -> None:
    write(webex, "access/all.yaml", COLLECTION + profile("lead") + people(count, "leed"))
    plan = webex("plan", "--format", "json").json
    missing = [each for each in plan["findings"] if each["code"] == "REF120"]
    assert len(missing) == count
    assert [bool(each["consequence_of"]) for each in missing] == [False] + [True] * (count - 1)
    text = webex("plan").out
    assert text.count("error   REF120") == 1
    assert f"({count} alike)" in text


def test_two_names_that_are_nowhere_are_two_errors(webex: Terminal) -> None:
    write(webex, "access/all.yaml", COLLECTION + people(2, "one") + USER.replace("lead", "two"))
    assert webex("plan").out.count("error   REF120") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        profile("lead").replace("kind: UserProfile", "kind: Userprofile"),
        profile("lead").replace("  name: lead\n", "  nam: lead\n"),
        profile("lead").replace("spec:", "spec"),
        profile("lead").replace("resources: {", "resources: ["),
    ],
    ids=["kind", "field", "no colon", "bracket"],
)
def test_what_others_say_of_a_manifest_that_is_refused_follows_from_that(
    webex: Terminal, wrong: str
) -> None:
    # `lead-2` is near: without the cause its users would be asked whether they mean that
    write(webex, "access/all.yaml", COLLECTION + profile("lead-2", called="Two") + wrong)
    write(webex, "access/people.yaml", people(5))
    said = webex("validate")
    assert said.code == 1
    assert shown(said) == 1
    assert "info[" not in said.out
    assert "and 1 more info follows from this one" in said.out
    # a target that is refused is refused for what is wrong with it
    aimed = webex("plan", "--target", "UserProfile/lead")
    assert aimed.code == 1
    assert "REF130" not in aimed.out + aimed.err
    assert "error" in aimed.out


def test_several_problems_of_one_manifest_are_several_errors(webex: Terminal) -> None:
    wrong = profile("lead").replace("  name: lead\n", "  nam: lead\n")
    wrong = wrong.replace("permissions: {", "permissons: {")
    write(webex, "access/all.yaml", COLLECTION + wrong)
    assert shown(webex("validate")) == 2


def test_drift_stops_with_one_error_too(cxone: Terminal) -> None:
    write(cxone, "access/all.yaml", role("reviewer", "Active") + employees(9))
    said = cxone("drift", "--tenant", "test")
    assert said.code == 1
    assert shown(said) == 1
    assert "Stopped: 1 error, 0 warnings, " in said.err
    assert "; 9 more errors follow from these." in said.err


SWITCHES = """\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: lead}
spec:
  name: Lead
  profileType: supervisor
  permissions: {queue: view, call-monitoring: edit, barge-in: %s}
  resources: all
"""


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("true", "write `enabled`"),
        ("false", "write `disabled`"),
        ("on", "write `enabled`"),
        ("yes", "write `enabled`"),
        ("Enabled", "write `enabled`"),
        ('"off"', "write `disabled`"),
        ("edit", "write one of `disabled`, `enabled`"),
    ],
)
def test_a_word_for_on_or_off_is_answered_with_the_vendors(
    webex: Terminal, word: str, hint: str
) -> None:
    write(webex, "access/all.yaml", SWITCHES % word)
    said = webex("validate")
    assert shown(said) == 1, said.out
    assert f"   = help: {hint}\n" in said.out


def test_a_boolean_where_a_level_is_wanted_is_answered_with_the_levels(webex: Terminal) -> None:
    write(webex, "access/all.yaml", (SWITCHES % "enabled").replace("queue: view", "queue: true"))
    assert "   = help: write one of `none`, `view`, `edit`\n" in webex("validate").out


@pytest.mark.parametrize(
    ("active", "hint"),
    [
        ("yes", "write `true`, the only word for it in YAML 1.2"),
        ("Off", "write `false`, the only word for it in YAML 1.2"),
        ('"true"', "write `true`, without quotes"),
    ],
)
def test_whether_an_employee_is_active_is_true_or_false(
    cxone: Terminal, active: str, hint: str
) -> None:
    write(
        cxone,
        "access/all.yaml",
        role("reviewer") + employees(1).replace("active: true", f"active: {active}"),
    )
    said = cxone("validate")
    assert shown(said) == 1
    assert f"   = help: {hint}\n" in said.out


def test_a_status_in_capitals_is_answered_in_lower_case(cxone: Terminal) -> None:
    write(cxone, "access/all.yaml", role("reviewer", "Active"))
    assert "   = help: write `active`, in lower case\n" in cxone("validate").out
    write(cxone, "access/all.yaml", role("reviewer", "true"))
    assert "   = help: write `active`\n" in cxone("validate").out
