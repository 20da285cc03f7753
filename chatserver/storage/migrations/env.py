"""Alembic's entry: runs on the connection it is handed."""

from alembic import context

from chatserver.storage import answer_schema as _answer_schema  # noqa: F401 - its table joins the metadata
from chatserver.storage import faq_schema as _faq_schema  # noqa: F401 - its tables join the metadata
from chatserver.storage import (
    identity_schema as _identity_schema,  # noqa: F401 - its tables join the metadata
)
from chatserver.storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
