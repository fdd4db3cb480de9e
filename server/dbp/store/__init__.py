"""The record: one SQLite database for each workspace, behind `dbp.ports.Store`.

The room promises that a commit is whole or absent, that values leave it and never live rows, and
that a database it cannot use is set aside rather than fatal. It never lies inside the workspace it
describes, never opens its own files except through SQLite, and never reads a source file.

`location` and `leader` are light; everything else imports SQLAlchemy, so load it off the loop:
`from dbp.store.documents import open_store`.
"""
