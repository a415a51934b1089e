"""Who is let in: access keys, the tokens that they give, and none that somebody made up."""

from __future__ import annotations

import base64
import json

from tests.unit.vendors.cxone.services import JANE, ROOT, Services

KEY = {"accessKeyId": "KEY", "accessKeySecret": "canary"}
TOKEN, REFRESH = "/authentication/v1/token/access-key", "/public/user/refresh"
KEYS = "/access-key-management/v1/access-keys"
WHO = "/tenants/v2/current"


def claims(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return found


def test_an_access_key_gives_a_token_for_an_hour(tenant: Services) -> None:
    heard = tenant.heard("POST", TOKEN, KEY, token="")
    assert heard.status == 200
    grant = heard.json
    assert (grant["token_type"], grant["expires_in"]) == ("Bearer", 3600)
    told = claims(grant["access_token"])
    assert (told["userName"], told["tenantId"]) == (ROOT, tenant.sandbox.organization)
    assert told["userId"] == tenant.user(ROOT)["id"]
    assert tenant.heard("GET", WHO, token=grant["access_token"]).status == 200
    tenant.later(minutes=59)
    assert tenant.heard("GET", WHO, token=grant["access_token"]).status == 200
    tenant.later(minutes=2)
    refused = tenant.heard("GET", WHO, token=grant["access_token"])
    assert refused.status == 401
    assert refused.json.keys() == {"timestamp", "status", "error", "message", "path"}
    assert refused.json["path"] == WHO


def test_a_refresh_token_gives_the_next_one_in_other_words(tenant: Services) -> None:
    grant = tenant.heard("POST", TOKEN, KEY, token="").json
    tenant.later(hours=2)
    again = tenant.heard("POST", REFRESH, {"token": grant["refresh_token"]}, token="").json
    assert again.keys() == {
        "token", "refreshToken", "tokenExpirationTimeSec", "refreshTokenExpirationTimeSec"
    }  # fmt: skip
    assert tenant.heard("GET", WHO, token=again["token"]).status == 200
    # neither is good for what the other is for
    assert tenant.heard("GET", WHO, token=grant["refresh_token"]).status == 401
    other = tenant.heard("POST", REFRESH, {"token": grant["access_token"]}, token="")
    assert other.status == 401


def test_a_wrong_key_is_refused_and_not_repeated(tenant: Services) -> None:
    for wrong in (KEY | {"accessKeySecret": "nope-secret"}, {"accessKeyId": "nope"}, {}):
        heard = tenant.heard("POST", TOKEN, wrong, token="")
        assert heard.status == 401
        assert b"nope-secret" not in heard.body


def test_nobody_makes_a_token_up(tenant: Services) -> None:
    head, body, signature = tenant.token.split(".")
    told = claims(tenant.token) | {"userName": JANE}
    forged = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    for token in (f"{head}.{forged}.{signature}", f"{head}.{body}.sandbox", "x", "a.b.c"):
        assert tenant.heard("GET", WHO, token=token).status == 401
    assert tenant.heard("GET", WHO, token="").status == 400


def test_who_has_left_is_not_let_in(tenant: Services) -> None:
    jane = tenant.sandbox.token(JANE)
    assert tenant.heard("GET", WHO, token=jane).status == 200
    gone = {"userIds": [tenant.user(JANE)["id"]]}
    tenant("POST", "/user-management/v1/users/deactivate", gone)
    assert tenant.heard("GET", WHO, token=jane).status == 401


def test_access_keys_are_made_switched_off_and_taken_away(tenant: Services) -> None:
    made = tenant("POST", KEYS, {"userId": tenant.user(JANE)["id"]}, 201)
    asked = {"accessKeyId": made["accessKeyId"], "accessKeySecret": made["accessKeySecret"]}
    grant = tenant.heard("POST", TOKEN, asked, token="").json
    assert claims(grant["access_token"])["userName"] == JANE
    shown = tenant("GET", f"{KEYS}/{made['accessKeyId']}")
    assert shown["lastUsedDate"]
    assert "accessKeySecret" not in shown
    assert {each["accessKeyId"] for each in tenant("GET", KEYS)["accessKeys"]} == {
        "KEY", made["accessKeyId"]
    }  # fmt: skip
    tenant("PATCH", KEYS, {"accessKeyId": made["accessKeyId"], "isActive": False})
    assert tenant.heard("POST", TOKEN, asked, token="").status == 401
    tenant("PATCH", KEYS, {"accessKeyId": made["accessKeyId"], "isActive": True})
    assert tenant.heard("POST", TOKEN, asked, token="").status == 200
    assert tenant.heard("DELETE", f"{KEYS}/{made['accessKeyId']}").status == 204
    assert tenant.heard("POST", TOKEN, asked, token="").status == 401
    tenant("GET", f"{KEYS}/{made['accessKeyId']}", None, 404)


def test_the_tenant_tells_where_it_is(tenant: Services) -> None:
    told = tenant.heard("GET", "/.well-known/cxone-configuration", token="").json
    assert told["area"] == "na1"
    assert told["api_endpoint"].startswith("https://")
    licences = tenant("GET", WHO)["licenses"]
    assert {each["applicationId"] for each in licences} == {"acd", "admin", "qm", "wfm"}


def test_an_answer_repeats_the_callers_correlation_id(tenant: Services) -> None:
    for path in (WHO, "/nowhere", "/inContactAPI/services/v34.0/agents"):
        heard = tenant.heard("GET", path, CorrelationId="c-1")
        assert (b"correlationid", b"c-1") in heard.headers
