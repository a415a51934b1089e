"""Drift checks: what each found, and what the next one need not read or report again."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "look",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("tenant", sa.String, nullable=False, index=True),
        sa.Column("first", sa.String, nullable=False),
        sa.Column("last", sa.String, nullable=False),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.Column("drifted", sa.Integer, nullable=False),
        sa.Column("objects", sa.Integer, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("identity", sa.String),
        sa.Column("started_by", sa.String),
        sa.Column("git_commit", sa.String),
        sa.Column("found", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "memory",
        sa.Column("tenant", sa.String, primary_key=True),
        sa.Column("reads", sa.Integer, nullable=False),
        sa.Column("remembered", sa.LargeBinary),
        sa.Column("known", sa.LargeBinary),
    )
