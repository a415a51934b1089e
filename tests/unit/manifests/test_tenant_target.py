"""How tenants are reached: served sandboxes on this machine alone, rates, what is unmanaged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.contract.answers import NOT_OFFERED
from reconciler.contract.discover import discover
from reconciler.contract.vendor import Vendor
from reconciler.manifests.credentials import FromEnvironment
from reconciler.manifests.project import Audit, Tenant, load_project
from reconciler.manifests.tenant_target import loopback
from reconciler.model.diagnostic import Diagnostic, InvalidInputError
from reconciler.model.rate import Rate
from reconciler.vendors.webexcc.group import group_kind

ORGANIZATION = "organization: 2f9eecc5-0472-4549-9a83-2afdae0d4ba1, "
SERVED = ORGANIZATION + "credentials: {env: T}, sandbox: {url: 'http://127.0.0.1:8080'}"
REAL = ORGANIZATION + "region: eu1, credentials: {env: T}"
LAB = "sandbox: {seed: seed.yaml}"


def load(folder: Path, tenant: str, vendors: dict[str, Vendor] | None = None) -> Tenant:
    (folder / "reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Project\ntenants:\n"
        f"  it: {{vendor: webexcc, manifests: [a.yaml], {tenant}}}\n",
        encoding="utf-8",
    )
    return load_project(folder, vendors or discover(), {}).tenants["it"]


def refused(folder: Path, tenant: str, vendors: dict[str, Vendor] | None = None) -> Diagnostic:
    with pytest.raises(InvalidInputError) as caught:
        load(folder, tenant, vendors)
    return caught.value.diagnostics[0]


def test_a_sandbox_may_be_served_elsewhere_on_this_machine(tmp_path: Path) -> None:
    found = load(tmp_path, SERVED)
    assert (found.url, found.seed) == ("http://127.0.0.1:8080", None)
    assert str(found.organization) in ORGANIZATION
    assert found.is_sandbox


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9:80"),
        ("http://localhost:65535/", "http://127.0.0.1:65535"),
        ("http://[::1]", "http://[::1]:80"),
    ],
)
def test_a_url_of_this_machine(url: str, origin: str) -> None:
    assert loopback(url) == origin


ELSEWHERE = [
    "http://169.254.169.254", "http://169.254.169.254:80/latest/meta-data", "http://10.0.0.1",
    "http://0.0.0.0:1", "http://[::]:1", "http://[::ffff:169.254.169.254]:1", "http://evil.test",
    "https://127.0.0.1:1", "https://localhost", "ftp://127.0.0.1", "file:///etc/passwd",
    "http://localhost.evil.test", "http://127.0.0.1.evil.test", "http://localhost@evil.test",
    "https://vendor.example@evil.test", "http://127.0.0.1:80@evil.test", "http://127.0.0.1/x",
    "http://127.0.0.1?x", "http://127.0.0.1#x", "http://127.1", "http://2130706433",
    "http://0x7f.0.0.1", "http://127.0.0.1:99999", "http://127.0.0.1:0", "http://127.0.0.1:x",
    "http://evil.test\\@127.0.0.1", "http://127.0.0.1\\.evil.test", "http:127.0.0.1",
    "http://127.0.0.1:65536", "http://127.0.0.256", "127.0.0.1:1",
    "http://", "", "http://[::1", "http://[fe80::1%25lo]:1",
]  # fmt: skip


@pytest.mark.parametrize("url", ELSEWHERE)
def test_every_other_place_is_refused_before_any_call(tmp_path: Path, url: str) -> None:
    assert loopback(url) is None
    found = refused(tmp_path, SERVED.replace("http://127.0.0.1:8080", url))
    assert (found.code, found.path[-1]) == ("PRJ164", "url")
    assert "127.0.0.1" in found.hint


@pytest.mark.parametrize(
    ("tenant", "code", "summary"),
    [
        (SERVED.replace(ORGANIZATION, ""), "PRJ104", "the tenant has no organization"),
        (SERVED.replace("credentials: {env: T}, ", ""), "PRJ104", "no credentials"),
        (SERVED + ", region: eu1", "PRJ104", "a sandbox has no region"),
        (SERVED.replace("{url", "{seed: s.yaml, url"), "PRJ104", "has no `seed`"),
        (SERVED.replace("{url", "{as: me, url"), "PRJ104", "has no `as`"),
        (SERVED.replace("{url", "{rate: 1/s, url"), "PRJ104", "has no `rate`"),
        ("sandbox: {}", "PRJ104", "neither a `seed` nor a `url`"),
        (f"{LAB}, credentials: {{env: T}}", "PRJ104", "a sandbox has no credentials"),
        (
            REAL.replace("2f9eecc5-0472", "Y2lzY29zcGFyazov"),
            "PRJ170",
            "is not a valid organization of",
        ),
        (REAL.replace("2f9eecc5-", "../../v1/"), "PRJ170", "is not a valid organization of"),
        (SERVED.replace("2f9eecc5-", "o"), "PRJ170", "is not a valid organization of"),
        (f"{REAL}, rate: fast", "PRJ165", "`fast` is not a valid rate"),
        ("sandbox: {seed: s.yaml, rate: 300}", "PRJ102", "text is wanted"),
        ("sandbox: {seed: s.yaml, rate: 0/min}", "PRJ165", "`0/min` is not a valid rate"),
        (f"{REAL}, assumed: [A1]", "PRJ166", "has no assumed endpoint `A1`"),
        (f"{REAL}, unmanaged: {{User: prune}}", "PRJ167", "`prune` is not possible for User"),
        (f"{REAL}, unmanaged: {{Usr: report}}", "PRJ102", "has no kind `Usr`"),
        (f"{REAL}, unmanaged: {{User: keep}}", "PRJ102", "`keep` is not possible"),
        (f"{REAL}, unmanaged: all", "PRJ102", "`all` is not possible"),
    ],
)
def test_a_tenant_that_cannot_be_is_told_clearly(
    tmp_path: Path, tenant: str, code: str, summary: str
) -> None:
    found = refused(tmp_path, tenant)
    assert found.code == code
    assert summary in found.summary
    assert found.hint
    assert found.position is not None


def test_rates_and_what_is_unmanaged(tmp_path: Path) -> None:
    real = load(tmp_path, f"{REAL}, rate: 100/min, unmanaged: report")
    assert (real.rate, set(real.unmanaged.values())) == (Rate(100, 60), {"report"})
    lab = load(tmp_path, "sandbox: {seed: s.yaml, rate: 5/s}, unmanaged: {User: report}")
    assert (lab.rate, lab.sandbox_rate) == (None, Rate(5, 1))
    assert lab.unmanaged == {group_kind("User"): "report"}
    assert set(load(tmp_path, LAB).unmanaged.values()) == {"ignore"}


def test_all_that_can_be_deleted_is_pruned_and_people_are_reported(tmp_path: Path) -> None:
    everything = load(tmp_path, f"{LAB}, unmanaged: prune").unmanaged
    assert everything == {
        group_kind("ResourceCollection"): "prune",
        group_kind("UserProfile"): "prune",
        group_kind("User"): "report",
    }
    one = load(tmp_path, f"{LAB}, unmanaged: {{UserProfile: prune}}").unmanaged
    assert one == {group_kind("UserProfile"): "prune"}


def test_assumed_endpoints_are_those_that_the_vendor_knows(tmp_path: Path) -> None:
    webex = discover()["webexcc"]
    vendors = {"webexcc": replace(webex, assumed={"A1": "guess", "A2": "another"})}
    assert load(tmp_path, f"{LAB}, assumed: [A2]", vendors).assumed == {"webexcc": {"A2"}}
    assert "A1, A2" in refused(tmp_path, f"{LAB}, assumed: [B7]", vendors).hint


def test_a_service_app_needs_a_vendor_that_has_them(tmp_path: Path) -> None:
    webex = discover()["webexcc"]
    vendors = {"other": webex, "webexcc": replace(webex, credential_forms=())}
    app = "{serviceApp: {id: {env: I}, secret: {env: S}, refreshToken: {env: R}}}"
    found = refused(tmp_path, REAL.replace("{env: T}", app), vendors)
    assert (found.code, found.path[-1]) == ("PRJ161", "serviceApp")


def test_nobody_is_shown_who_is_named_in_a_url(tmp_path: Path) -> None:
    found = refused(tmp_path, SERVED.replace("127.0.0.1", "me:canary@127.0.0.1"))
    assert found.position is not None
    assert "canary" not in repr(found)


IN_FULL = "audit: {credentials: {env: A}}"


def test_the_audit_log_has_credentials_of_its_own(tmp_path: Path) -> None:
    for tenant in (REAL, SERVED):
        found = load(tmp_path, f"{tenant}, {IN_FULL}")
        assert found.audit is not None
        assert found.audit.credentials == FromEnvironment(env="A")
        assert found.credentials == FromEnvironment(env="T")
        assert load(tmp_path, tenant).audit is None
    assert load(tmp_path, f"{LAB}, audit: {{}}").audit == Audit()
    assert load(tmp_path, f"{LAB}, audit: {{as: a@b}}").audit == Audit(identity="a@b")


def test_no_plan_is_stale_for_who_reads_the_audit_log(tmp_path: Path) -> None:
    assert load(tmp_path, REAL).digest == load(tmp_path, f"{REAL}, {IN_FULL}").digest


@pytest.mark.parametrize(
    ("tenant", "code", "path", "summary"),
    [
        (f"{REAL}, audit: {{}}", "PRJ104", (), "the audit log has no credentials"),
        (f"{SERVED}, audit: {{}}", "PRJ104", (), "the audit log has no credentials"),
        (f"{LAB}, {IN_FULL}", "PRJ104", ("credentials",), "a sandbox has no credentials"),
        (f"{REAL}, {IN_FULL[:-1]}, as: a@b}}", "PRJ104", ("as",), "only an embedded sandbox"),
        (f"{SERVED}, {IN_FULL[:-1]}, as: a@b}}", "PRJ104", ("as",), "only an embedded sandbox"),
    ],
)
def test_an_audit_log_that_cannot_be_read(
    tmp_path: Path, tenant: str, code: str, path: tuple[str, ...], summary: str
) -> None:
    found = refused(tmp_path, tenant)
    assert (found.code, found.path) == (code, ("tenants", "it", "audit", *path))
    assert summary in found.summary
    assert found.hint


def test_a_vendor_without_an_audit_log(tmp_path: Path) -> None:
    vendors = {"webexcc": replace(discover()["webexcc"], audit=NOT_OFFERED("none", ""))}
    found = refused(tmp_path, f"{LAB}, audit: {{}}", vendors)
    assert (found.code, found.path) == ("PRJ154", ("tenants", "it", "audit"))


def test_a_service_app_for_the_audit_log_is_of_a_vendor_that_has_them(tmp_path: Path) -> None:
    app = "{serviceApp: {id: {env: I}, secret: {env: S}, refreshToken: {env: R}}}"
    tenant = f"{REAL}, audit: {{credentials: {app}}}"
    assert load(tmp_path, tenant).audit is not None
    webex = discover()["webexcc"]
    vendors = {"other": webex, "webexcc": replace(webex, credential_forms=())}
    found = refused(tmp_path, tenant, vendors)
    where = ("tenants", "it", "audit", "credentials", "serviceApp")
    assert (found.code, found.path) == ("PRJ161", where)
