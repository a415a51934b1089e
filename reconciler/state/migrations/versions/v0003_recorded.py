"""Of each row of ownership, the run that wrote it last and when."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("ownership", sa.Column("run", sa.String))
    op.add_column("ownership", sa.Column("recorded", sa.String))
