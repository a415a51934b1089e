"""Runs the migrations on the connection that `reconciler.state.database` hands in."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
