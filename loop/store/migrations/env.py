"""Alembic's environment: runs the migrations on the connection passed to `upgrade`."""

from __future__ import annotations

from alembic import context

from loop.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
