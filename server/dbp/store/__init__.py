"""The record: one SQLite database for each workspace, behind `dbp.ports.Store`.

Beside it lies the account, one database for each user, behind `dbp.ports.Account`: what was paid
for, what it cost, and which folders may be sent at all. Both are opened by the same means.

The room promises that a commit is whole or absent, that values leave it and never live rows, and
that a database it cannot use is set aside rather than fatal. It never lies inside the workspace it
describes, never opens its own files except through SQLite, and never reads a source file. The
record is derived and may be kept in memory or made anew; the account is nowhere else and is not.

`location` and `leader` are light; everything else imports SQLAlchemy, so load it off the loop:
`from dbp.store.documents import open_store`, `from dbp.store.account import open_account`.
"""
