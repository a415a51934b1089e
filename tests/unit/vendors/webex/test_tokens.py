from __future__ import annotations

from reconciler.vendors.webex.tokens import SERVICE_APP


def test_a_service_app_asks_the_host_of_all_of_webex_and_shows_no_secret() -> None:
    request = SERVICE_APP.request(
        "eu1", {"id": "app", "secret": "canary-secret", "refreshToken": "canary-refresh"}
    )
    assert (request.host, request.path) == ("webexapis.com", "/v1/access_token")
    assert request.form["grant_type"] == "refresh_token"
    assert "canary" not in repr(request)
