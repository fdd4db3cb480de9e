"""Calls rest when the service is at fault, one probe goes ahead, and nothing hammers."""

from __future__ import annotations

from dbp.clock import TurnableClock
from dbp.enrichment.parking import THRESHOLDS, Parking, Ticket

FREE = Ticket(probe=False)


def parked(code: str = "offline") -> tuple[Parking, TurnableClock]:
    clock = TurnableClock()
    parking = Parking(clock)
    assert parking.failed(parking.enter(), code, "no route")
    return parking, clock


def test_nothing_rests_at_first() -> None:
    parking = Parking(TurnableClock())
    assert (parking.state, parking.wait(), parking.enter().probe) == ("ok", 0.0, False)


def test_a_single_timeout_stops_nobody_but_a_row_of_them_does() -> None:
    parking = Parking(TurnableClock())
    for _ in range(THRESHOLDS["timeout"] - 1):
        assert not parking.failed(parking.enter(), "timeout", "slow")
        assert parking.wait() == 0.0
    assert parking.failed(parking.enter(), "timeout", "slow")
    assert parking.state == "open_circuit"


def test_a_success_in_between_begins_the_row_anew() -> None:
    parking = Parking(TurnableClock())
    for _ in range(20):
        parking.failed(parking.enter(), "unavailable", "503")
        parking.succeeded(parking.enter())
    assert parking.state == "ok"


def test_one_probe_goes_ahead_after_the_pause_and_the_others_wait() -> None:
    parking, clock = parked()
    assert parking.wait() == 30.0
    clock.turn(30)
    assert parking.wait() == 0.0
    probe = parking.enter()
    assert probe.probe
    assert parking.wait() is None
    parking.succeeded(probe)
    assert (parking.state, parking.wait()) == ("ok", 0.0)


def test_pauses_double_up_to_five_minutes_and_are_told_once() -> None:
    parking, clock = parked()
    pauses = []
    for _ in range(6):
        wait = parking.wait()
        assert wait is not None
        pauses.append(wait)
        clock.turn(wait)
        assert not parking.failed(parking.enter(), "offline", "no route")
    assert pauses == [30, 60, 120, 240, 300, 300]


def test_calls_on_their_way_when_it_parked_change_nothing() -> None:
    parking, clock = parked()
    clock.turn(10)
    assert not parking.failed(FREE, "offline", "no route")
    assert parking.wait() == 20.0


def test_a_probe_that_asked_nothing_lets_the_next_one_try() -> None:
    parking, clock = parked()
    clock.turn(30)
    parking.leave(parking.enter())
    assert parking.wait() == 0.0
    assert parking.enter().probe


def test_a_budget_rests_until_its_day_by_the_wall_clock() -> None:
    clock = TurnableClock()
    parking = Parking(clock)
    parking.failed(parking.enter(), "budget", "spent", until=clock.now() + 3600)
    assert parking.state == "budget_exhausted"
    clock.turn(3599)
    assert parking.wait() == 1.0
    clock.step_wall(1)
    assert parking.wait() == 0.0


def test_states_are_those_of_the_contract() -> None:
    states = {code: parked(code)[0].state for code in ("no_credentials", "denied", "offline")}
    assert states == {
        "no_credentials": "no_credentials",
        "denied": "no_credentials",
        "offline": "open_circuit",
    }


def test_a_command_waits_for_a_short_throttling_but_not_for_ever() -> None:
    clock = TurnableClock()
    parking = Parking(clock)
    for _ in range(THRESHOLDS["throttled"]):
        parking.failed(parking.enter(), "throttled", "429")
    waited = 0
    while parking.passing:
        wait = parking.wait()
        assert wait is not None
        clock.turn(wait)
        parking.failed(parking.enter(), "throttled", "429")
        waited += 1
    assert waited == 3


def test_calls_that_were_on_their_way_do_not_bring_a_budget_back() -> None:
    parking, clock = parked("budget")
    parking.succeeded(FREE)
    assert (parking.state, parking.wait()) == ("budget_exhausted", 60.0)
    assert not parking.failed(FREE, "budget", "the same"), "the user was told already"
    clock.turn(60)
    parking.succeeded(parking.enter())
    assert parking.state == "ok"
