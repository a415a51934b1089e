"""Who ran it on which commit, and what each operation changed from what to what."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("run", sa.Column("identity", sa.String))
    op.add_column("run", sa.Column("started_by", sa.String))
    op.add_column("run", sa.Column("git_commit", sa.String))
    op.add_column("operation", sa.Column("before", sa.JSON))
    op.add_column("operation", sa.Column("after", sa.JSON))
