"""The cycle service: circles are looked for when files lead elsewhere, and all of them at times.

What is shown of them in an editor is tried in `test_cycles_live.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from serving import Serving

from dbp.clock import TurnableClock
from dbp.job import Job


def paths(job: Job) -> list[list[str]]:
    """Name the cycles in a job's result."""
    assert job.result is not None
    return [cycle["paths"] for cycle in job.result["cycles"]]


def circle(s: Serving, *names: str) -> None:
    """Record files that depend on each other in a circle."""
    for name, following in zip(names, [*names[1:], names[0]], strict=True):
        s.record(name, f"-> {following}\n{name}")


def test_cy1_cy2_a_dependency_that_closes_a_circle_is_found_by_itself(tmp_path: Path) -> None:
    """Rows CY1, CY2, CY7: after the delay."""
    with Serving(tmp_path) as s:
        s.record("a.py", "-> b.py")
        s.record("b.py", "nothing")
        s.turn(3)
        s.wait_for("cycle_check")
        s.record("b.py", "-> a.py")
        s.turn(1)
        assert s.services["cycle_detection"]["cycles"] != 1
        s.turn(1)
        s.until(lambda: s.services["cycle_detection"]["cycles"] == 1, "the cycle")
        s.quiet()
        assert paths(s.ended("cycle_check")[-1]) == [["a.py", "b.py"]]


def test_cy3_cy6_a_full_check_tells_each_cycle_once(tmp_path: Path) -> None:
    """Rows CY3, CY6: three that share nothing, one of them a file that names itself."""
    with Serving(tmp_path, cycle_detection={"enabled": False}) as s:
        circle(s, "a.py", "b.py")
        circle(s, "p.py", "q.py", "r.py")
        circle(s, "self.py")
        result = s.done("cycle_detection", "full_cycle_check")
        assert (result["found"], result["known"], result["timedOut"]) == (3, 3, False)
        found = [cycle["paths"] for cycle in result["cycles"]]
        assert found == [["a.py", "b.py"], ["p.py", "q.py", "r.py"], ["self.py"]]


def test_cy4_a_full_audit_comes_in_its_time_over_restarts(tmp_path: Path) -> None:
    """Row CY4: when it was done is kept in the database."""
    setting = {"cycle_detection": {"audit_interval_hours": 1, "check_on_dependency_add": False}}
    with Serving(tmp_path, **setting) as s:
        s.record("a.py", "-> a.py")
        s.turn(30)
        s.wait_for("cycle_check", "full_cycle_check")
        s.turn(3599)
        assert len(s.jobs("cycle_check")) == 1
        s.turn(1)
        s.wait_for("cycle_check", "full_cycle_check", 2)
        s.turn(1800)
        clock, disk = s.clock, s.disk
    with Serving(tmp_path, clock=clock, disk=disk, **setting) as s:
        s.turn(1700)
        assert len(s.jobs("cycle_check")) == 2
        s.turn(101)
        s.wait_for("cycle_check", "full_cycle_check", 3)


def test_cy5_some_files_can_be_checked(tmp_path: Path) -> None:
    """Row CY5."""
    with Serving(tmp_path, cycle_detection={"enabled": False}) as s:
        circle(s, "a.py", "b.py")
        circle(s, "p.py", "q.py")
        result = s.done("cycle_detection", "check_cycles", "p.py")
        assert (result["checked"], result["found"], result["new"]) == (1, 1, 1)
        assert result["cycles"] == [{"kind": "dependency", "paths": ["p.py", "q.py"]}]


def test_cy8_c16_longer_ways_are_said_to_be_left_alone(tmp_path: Path) -> None:
    """Rows CY8, C16, B54: not told as if there was none."""
    with Serving(tmp_path, cycle_detection={"max_detection_depth": 5}) as s:
        circle(s, *(f"f{number}.py" for number in range(7)))
        for operation in ("check_cycles", "full_cycle_check"):
            result = s.done("cycle_detection", operation, "f0.py")
            assert (result["found"], result["depthLimited"]) == (0, True)
        s.engine.services.configure("cycle_detection", max_detection_depth=7)
        assert s.done("cycle_detection", "check_cycles", "f0.py")["found"] == 1


@pytest.mark.parametrize("operation", ["check_cycles", "full_cycle_check"])
def test_cy8_c17_a_search_ends_in_time_and_says_so(tmp_path: Path, operation: str) -> None:
    """Rows CY8, C17, B54."""

    class Hasty(TurnableClock):
        """Every look at it is a second later."""

        hasty = False

        def monotonic(self) -> float:
            """Go on."""
            if self.hasty:
                self._elapsed += 1.0
            return super().monotonic()

    clock = Hasty()
    with Serving(tmp_path, clock=clock, cycle_detection={"enabled": False}) as s:
        circle(s, *(f"f{number}.py" for number in range(30)))
        clock.hasty = True
        job = s.engine.services.trigger("cycle_detection", operation, "f0.py").job
        ended = s.end_of(job.id)
        clock.hasty = False
        assert ended.result is not None
        assert ended.result["timedOut"] is True


def test_cy9_a_circle_that_is_broken_is_known_no_more(tmp_path: Path) -> None:
    """Row CY9."""
    with Serving(tmp_path) as s:
        circle(s, "a.py", "b.py")
        s.turn(3)
        s.until(lambda: s.services["cycle_detection"]["cycles"] == 1, "the cycle")
        s.quiet()
        s.record("b.py", "nothing")
        s.turn(3)
        s.until(lambda: s.services["cycle_detection"]["cycles"] == 0, "the end of it")
        s.quiet()
        result = s.ended("cycle_check")[-1].result
        assert result is not None
        assert (result["cleared"], result["known"]) == (1, 0)


def test_cy9_a_circle_is_broken_by_a_file_that_leaves(tmp_path: Path) -> None:
    """Row CY9."""
    with Serving(tmp_path) as s:
        circle(s, "a.py", "b.py")
        s.turn(3)
        s.until(lambda: s.services["cycle_detection"]["cycles"] == 1, "the cycle")
        s.quiet()
        s.delete("b.py")
        s.turn(1)
        s.settle()
        s.turn(3)
        s.until(lambda: s.services["cycle_detection"]["cycles"] == 0, "the end of it")


def test_c14_switched_off_it_looks_for_nothing(tmp_path: Path) -> None:
    """Row C14."""
    with Serving(tmp_path, cycle_detection={"enabled": False}) as s:
        circle(s, "a.py", "b.py")
        s.turn(200_000)
        assert s.jobs("cycle_check") == []


def test_c15_only_audits_look_when_new_references_are_to_be_left_alone(tmp_path: Path) -> None:
    """Row C15."""
    with Serving(tmp_path, cycle_detection={"check_on_dependency_add": False}) as s:
        circle(s, "a.py", "b.py")
        s.turn(20)
        assert s.jobs("cycle_check") == []
        s.turn(20)
        [job] = s.wait_for("cycle_check")
        assert job.arguments["operation"] == "full_cycle_check"
        assert paths(job) == [["a.py", "b.py"]]


def test_c18_two_edits_within_the_delay_are_one_check(tmp_path: Path) -> None:
    """Row C18."""
    with Serving(tmp_path, cycle_detection={"check_delay_seconds": 10.0}) as s:
        circle(s, "a.py", "b.py")
        s.turn(9)
        [job] = s.wait_for("cycle_check")
        assert job.arguments["paths"] == ["a.py", "b.py"]


def test_an_edit_that_leads_nowhere_else_checks_nothing(tmp_path: Path) -> None:
    """Row CY2: the trigger is a reference, not an edit."""
    with Serving(tmp_path) as s:
        s.record("a.py", "-> b.py\nbefore")
        s.turn(3)
        s.wait_for("cycle_check")
        s.record("a.py", "-> b.py\nafter")
        s.turn(3)
        s.quiet()
        assert len(s.jobs("cycle_check")) == 1


def test_very_many_changes_are_one_look_at_everything(tmp_path: Path) -> None:
    """Row CY5: so that the list of files to look at stays short."""
    many: dict[str, Any] = {"scheduler": {"batch_size": 100, "delay_seconds": 1}}
    with Serving(tmp_path, **many) as s:
        for number in range(205):
            s.save(f"f{number}.py", f"-> f{number}.py\n{number}".encode())
        s.turn(1)
        s.settle()
        s.turn(3)
        [job] = s.wait_for("cycle_check")
        assert job.arguments["operation"] == "full_cycle_check"
        assert job.result is not None
        assert (job.result["found"], len(job.result["cycles"])) == (205, 100)
