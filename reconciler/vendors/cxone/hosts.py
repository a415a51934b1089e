"""Hosts of CXone (NICE's guide "UserHub: Getting Started")."""

from __future__ import annotations


def host(region: str | None) -> str:
    """The host of UserHub and of tokens in an area, such as `na1`."""
    return f"{region}.nice-incontact.com"
