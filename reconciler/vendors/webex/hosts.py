"""The host that serves all of Webex; groups have hosts of their own beside it."""

WEBEX = "webexapis.com"
"""People, tokens and the audit log (Cisco's guide "Getting Started with the Webex APIs")."""
