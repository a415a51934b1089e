"""A person who waits for a rate limit sees why: before the first write, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.served import serving
from tests.workshop import COLLECTION, ORGANIZATION, PROJECT, SEED, Terminal

ELSEWHERE = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  test:
    vendor: webexcc
    manifests: ["access/*.yaml"]
    organization: {organization}
    sandbox: {{url: {url}}}
    credentials: {{env: WAITING_TOKEN}}
"""
WAITING = "waiting 3 s: the tenant limits the rate (429, Retry-After)"


@pytest.mark.parametrize("options", [(), ("--format", "json"), ("--quiet",)])
def test_waiting_for_a_rate_limit_is_shown_while_a_plan_reads(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
) -> None:
    served, here = tmp_path / "served", tmp_path / "here"
    for folder, name, text in (
        (served, "seed.yaml", SEED),
        (served, "reconciler.yaml", PROJECT),
        (served, "access/all.yaml", COLLECTION),
        (here, "access/all.yaml", COLLECTION),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    with serving(served, "--fault", '429 on="GET */v2/site" retryAfter=3') as tenant:
        text = ELSEWHERE.format(organization=ORGANIZATION, url=tenant.url)
        (here / "reconciler.yaml").write_text(text, "utf-8")
        monkeypatch.setenv("WAITING_TOKEN", "root-token")
        monkeypatch.chdir(here)
        said = Terminal(here, capsys)("plan", *options)
    assert said.code == 0, said.err
    assert WAITING not in said.out
    assert (WAITING in said.err.splitlines()) == (options != ("--quiet",))
