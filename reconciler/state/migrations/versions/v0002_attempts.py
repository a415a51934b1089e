"""How many times the request of an operation was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("operation", sa.Column("attempts", sa.Integer))
