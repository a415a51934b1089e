"""The contact center's part of the admin audit events of its Webex organization."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from reconciler.contract.connection import Endpoint
from reconciler.vendors.webex.audit import WebexAudit, open_events

_CATEGORIES = ("CONTACT_CENTER", "CONTACTCENTER", "WXCC", "CJP")
"""What is in the name of a category of the contact center; the document names none."""


@asynccontextmanager
async def open_audit(endpoint: Endpoint) -> AsyncIterator[WebexAudit]:
    """A reader of the organization's audit log, open for the length of the block."""
    async with open_events(endpoint, _CATEGORIES) as reader:
        yield reader
