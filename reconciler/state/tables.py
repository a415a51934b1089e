"""The tables of the state; `migrations` builds them."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, String, Table

HEAD = "0003"
"""The migration that these tables are made by."""

metadata = MetaData()

ownership = Table(
    "ownership",
    metadata,
    Column("address", String, primary_key=True),
    Column("tenant", String, nullable=False, index=True),
    Column("object_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("applied", JSON, nullable=False),
    Column("prevent_destroy", Boolean, nullable=False),
    Column("adopted", Boolean, nullable=False),
    Column("run", String),
    Column("recorded", String),
)

lock = Table(
    "lock",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("command", String, nullable=False),
    Column("who", String, nullable=False),
    Column("host", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("since", String, nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("id", String, primary_key=True),
    Column("tenant", String, nullable=False, index=True),
    Column("command", String, nullable=False),
    Column("plan_digest", String, nullable=False),
    Column("started", String, nullable=False),
    Column("finished", String),
    Column("outcome", String),
)

operation = Table(
    "operation",
    metadata,
    Column("run", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("address", String, nullable=False),
    Column("action", String, nullable=False),
    Column("intended", String, nullable=False),
    Column("finished", String),
    Column("outcome", String),
    Column("object_id", String),
    Column("digest", String),
    Column("tracking_id", String),
    Column("error", String),
    Column("attempts", Integer),
)
