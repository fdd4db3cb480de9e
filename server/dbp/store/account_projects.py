"""The projects a user keeps in the list, and how often one may be added (see `dbp.ports.Account`).

What is added and what counts against the limit are one transaction, so that the limit is exact
however many processes add at once, and outlives all of them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, insert, select, text, update

from dbp.errors import RequestError
from dbp.ports import Added, Project, Rate
from dbp.store.account_tables import PROJECTS
from dbp.store.boot import boot_id
from dbp.store.database import Database
from dbp.store.rates import Rates, Use, count

ACTION = "create_project"
"""What is limited."""

MAX_PROJECTS = 10_000
"""Projects in the list: it is read whole."""

_MAX_TEXT = 2000

_p = PROJECTS.c
_COLUMNS = (
    *(_p.id, _p.name, _p.kind, _p.location, _p.key, _p.commit, _p.added_at, _p.last_opened_at),
)
_ALL = select(*_COLUMNS).order_by(_p.number).limit(MAX_PROJECTS)
_ONE = select(*_COLUMNS).where(_p.id == bindparam("project"))
_SAME = select(*_COLUMNS).where(
    _p.kind == bindparam("of_kind"), _p.key == bindparam("of_key"), _p.commit == bindparam("of")
)
_COUNT = text("SELECT count(*) FROM project")
_ADD = insert(PROJECTS)
_RENAME = update(PROJECTS).where(_p.id == bindparam("project")).values(name=bindparam("new_name"))
_REMOVE = delete(PROJECTS).where(_p.id == bindparam("project"))
_OPENED = (
    update(PROJECTS)
    .where(_p.kind == bindparam("of_kind"), _p.key == bindparam("of_key"))
    .values(last_opened_at=bindparam("opened_at"))
)
_KNOWS = select(_p.number).where(_p.kind == bindparam("of_kind"), _p.key == bindparam("of_key"))

_RATES = Rates("accountuse")


class AccountProjects:
    """The part of an account that keeps projects."""

    _database: Database

    def add_project(self, project: Project, requested_by: str, rate: Rate) -> Added:
        """Keep a project, unless the same one is there; then only its name may be another."""
        same = {"of_kind": project.kind, "of_key": project.key, "of": project.commit}
        with self._database.write() as connection:
            found = connection.execute(_SAME, same).first()
            if found is not None:
                known = Project(*found)
                if project.name and project.name != known.name:
                    connection.execute(_RENAME, {"project": known.id, "new_name": project.name})
                return Added(Project(*connection.execute(_SAME, same).one()), known=True)
            use = Use(requested_by, ACTION, rate)
            count(connection, _RATES, use, self._database.clock, boot_id())
            if connection.execute(_COUNT).scalar_one() >= MAX_PROJECTS:
                raise RequestError(
                    f"the list holds {MAX_PROJECTS:,} projects already",
                    hint="dbp projects remove makes room",
                    code="queue_full",
                )
            connection.execute(_ADD, _row(project))
            return Added(Project(*connection.execute(_SAME, same).one()), known=False)

    def projects(self) -> list[Project]:
        """List the projects, oldest first."""
        with self._database.read() as connection:
            return [Project(*row) for row in connection.execute(_ALL)]

    def project(self, project_id: str) -> Project | None:
        """Fetch one."""
        with self._database.read() as connection:
            row = connection.execute(_ONE, {"project": project_id}).first()
            return None if row is None else Project(*row)

    def project_opened(self, kind: str, key: str, at: float) -> None:
        """Note that it was opened, if it is in the list."""
        of = {"of_kind": kind, "of_key": key}
        with self._database.read() as connection:
            if connection.execute(_KNOWS, of).first() is None:
                return  # nothing is written, and nobody has to look what changed
        with self._database.write() as connection:
            connection.execute(_OPENED, {**of, "opened_at": at})

    def remove_project(self, project_id: str) -> bool:
        """Forget one; tells whether it was there."""
        with self._database.write() as connection:
            return bool(connection.execute(_REMOVE, {"project": project_id}).rowcount)


def _row(project: Project) -> dict[str, Any]:
    return {column.name: getattr(project, column.name) for column in _COLUMNS}
