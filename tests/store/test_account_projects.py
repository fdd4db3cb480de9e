"""The list of projects in the account: no doubles, and a limit that nobody gets around."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from dbp.clock import TurnableClock
from dbp.errors import RequestError
from dbp.ports import Project, Rate
from dbp.store.account import SqliteAccount, open_account
from dbp.store.account_tables import ACCOUNT
from dbp.store.driver import driver

TEN = Rate(10, 3600.0)

ADDER = """
import sys
from pathlib import Path
from dbp.clock import SystemClock
from dbp.errors import RequestError
from dbp.ports import Project, Rate
from dbp.store.account import open_account

account = open_account(Path(sys.argv[1]), SystemClock(), busy_seconds=30)
added = 0
for number in range(6):
    name = f"{sys.argv[2]}-{number}"
    project = Project(name, name, "folder", name, name, "", 1.0)
    try:
        account.add_project(project, "ann", Rate(10, 3600))
        added += 1
    except RequestError as error:
        assert error.code == "rate_limited", error
print(added)
account.close()
"""


def made(name: str, commit: str = "", kind: str = "folder") -> Project:
    return Project(f"id-{name}-{commit}", name, kind, f"/{name}", f"/{name}", commit, 5.0)


def test_a_project_is_kept_once(account: SqliteAccount) -> None:
    first = account.add_project(made("a"), "ann", TEN)
    again = account.add_project(Project("other", "", "folder", "/A", "/a", "", 9.0), "ann", TEN)
    renamed = account.add_project(Project("x", "new", "folder", "/a", "/a", "", 9.0), "ann", TEN)
    assert (first.known, again.known, renamed.known) == (False, True, True)
    assert again.project == made("a")
    assert [each.name for each in account.projects()] == ["new"]


def test_two_commits_are_two_projects(account: SqliteAccount) -> None:
    for commit in ("", "v1", "v2"):
        account.add_project(made("r", commit, "repository"), "ann", TEN)
    assert [each.commit for each in account.projects()] == ["", "v1", "v2"]


def test_the_eleventh_within_an_hour_is_refused(
    account: SqliteAccount, clock: TurnableClock, account_file: Path
) -> None:
    """Row C43: also after a restart; what is there already costs nothing."""
    for number in range(10):
        account.add_project(made(f"{number}"), "ann", TEN)
        clock.turn(60)
    account.add_project(made("3"), "ann", TEN)
    for opened in (account, open_account(account_file, clock)):
        with pytest.raises(RequestError) as caught:
            opened.add_project(made("11"), "ann", TEN)
        assert caught.value.code == "rate_limited"
        assert caught.value.data["retryAfter"] == 3000
    opened.close()
    account.add_project(made("somebody else's"), "bob", TEN)
    clock.turn(3000)
    account.add_project(made("11"), "ann", TEN)
    assert len(account.projects()) == 12


def test_a_stepped_wall_clock_opens_no_limit(account: SqliteAccount, clock: TurnableClock) -> None:
    account.add_project(made("a"), "ann", Rate(1, 3600))
    clock.step_wall(7200)
    with pytest.raises(RequestError):
        account.add_project(made("b"), "ann", Rate(1, 3600))


@pytest.mark.slow
def test_parallel_processes_add_exactly_as_many_as_allowed(tmp_path: Path) -> None:
    path = tmp_path / "account.db"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ADDER, str(path), f"{number}"], stdout=-1, text=True
        )
        for number in range(4)
    ]
    counts = [int(process.communicate(timeout=50)[0]) for process in processes]
    assert sum(counts) == 10


def test_opening_is_noted_and_removing_forgets(account: SqliteAccount) -> None:
    account.add_project(made("a"), "ann", TEN)
    before = account.version()
    account.project_opened("folder", "/unknown", 7.0)
    assert account.version() == before
    account.project_opened("folder", "/a", 7.0)
    found = account.project("id-a-")
    assert found is not None
    assert found.last_opened_at == 7.0
    assert account.remove_project("id-a-")
    assert not account.remove_project("id-a-")
    assert account.project("id-a-") is None


def test_paths_are_kept_to_the_byte(account: SqliteAccount) -> None:
    name = "/home/\udcff/ä"
    account.add_project(Project("i", "n", "folder", name, name, "", 1.0), "ann", TEN)
    assert account.projects()[0].location == name


def test_an_older_account_gets_the_list(tmp_path: Path, clock: TurnableClock) -> None:
    path = tmp_path / "account.db"
    open_account(path, clock).close()
    with closing(driver().module.connect(str(path), isolation_level=None)) as connection:
        new = shape(connection)
        connection.execute("DROP TABLE project")
        connection.execute("DROP TABLE accountuse")
        connection.execute("PRAGMA user_version = 1")
    account = open_account(path, clock)
    account.add_project(made("a"), "ann", TEN)
    account.close()
    assert path.with_name("account.db.schema-1").exists()
    with closing(driver().module.connect(str(path))) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == ACCOUNT.latest == 2
        assert shape(connection) == new


def shape(connection: object) -> list[tuple[object, ...]]:
    """Describe the tables of the list: columns and indexes, however they were written down."""
    found = []
    for table in ("project", "accountuse"):
        found += connection.execute(f"PRAGMA table_info({table})").fetchall()  # type: ignore[attr-defined]
        rows = connection.execute(f"PRAGMA index_list({table})").fetchall()  # type: ignore[attr-defined]
        for row in rows:
            columns = connection.execute(f"PRAGMA index_info({row[1]})").fetchall()  # type: ignore[attr-defined]
            found.append((row[2], *columns))
    return found
