"""The tables of the state; `migrations` builds them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    true,
)

HEAD = "0010"
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
    Column("token", Integer, nullable=False, server_default="1"),
    Column("held", Boolean, nullable=False, server_default=true()),
    Column("born", String, nullable=False, server_default=""),
    Column("place", String, nullable=False, server_default=""),
    Column("expires", String),
    Column("ends", Float),
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
    Column("token", Integer),
    Column("identity", String),
    Column("started_by", String),
    Column("git_commit", String),
    Column("plan", LargeBinary),
    Column("reached", LargeBinary),
    Column("allowed", String),
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
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("keep", JSON(none_as_null=True)),
    Column("drop", String),
)

look = Table(
    "look",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("tenant", String, nullable=False, index=True),
    Column("first", String, nullable=False),
    Column("last", String, nullable=False),
    Column("looks", Integer, nullable=False),
    Column("drifted", Integer, nullable=False),
    Column("objects", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("identity", String),
    Column("started_by", String),
    Column("git_commit", String),
    Column("found", LargeBinary, nullable=False),
)

memory = Table(
    "memory",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("reads", Integer, nullable=False),
    Column("remembered", LargeBinary),
    Column("known", LargeBinary),
)

spent = Table(
    "spent",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("group", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("object_id", String, nullable=False),
    Column("seen", String, nullable=False),
)

tenant = Table(
    "tenant",
    metadata,
    Column("name", String, primary_key=True),
    Column("organization", String, nullable=False),
)
