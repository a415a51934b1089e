"""Names that were ever used, in systems in which one is never free again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "spent",
        sa.Column("tenant", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("object_id", sa.String, nullable=False),
        sa.Column("seen", sa.String, nullable=False),
    )
