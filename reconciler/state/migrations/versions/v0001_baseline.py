"""Ownership, lock, runs and their operations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "ownership",
        sa.Column("address", sa.String, primary_key=True),
        sa.Column("tenant", sa.String, nullable=False, index=True),
        sa.Column("object_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("applied", sa.JSON, nullable=False),
        sa.Column("prevent_destroy", sa.Boolean, nullable=False),
        sa.Column("adopted", sa.Boolean, nullable=False),
    )
    op.create_table(
        "lock",
        sa.Column("tenant", sa.String, primary_key=True),
        sa.Column("command", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("since", sa.String, nullable=False),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("tenant", sa.String, nullable=False, index=True),
        sa.Column("command", sa.String, nullable=False),
        sa.Column("plan_digest", sa.String, nullable=False),
        sa.Column("started", sa.String, nullable=False),
        sa.Column("finished", sa.String),
        sa.Column("outcome", sa.String),
    )
    op.create_table(
        "operation",
        sa.Column("run", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("intended", sa.String, nullable=False),
        sa.Column("finished", sa.String),
        sa.Column("outcome", sa.String),
        sa.Column("object_id", sa.String),
        sa.Column("digest", sa.String),
        sa.Column("tracking_id", sa.String),
        sa.Column("error", sa.String),
    )
