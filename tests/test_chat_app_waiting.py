"""The line of those who wait, and how much one may ask."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from chat.app.waiting import Allowance, Allowances, Line
from index.errors import TooBusy


def test_turns_come_in_the_order_of_arrival() -> None:
    """Each hears how many come first, and the number falls as others leave."""
    line = Line(most=5)
    first, second, third = (line.join() for _ in range(3))
    assert first.wait(0)
    assert [place.before for place in (first, second, third)] == [0, 1, 2]
    assert not second.wait(0)
    assert not third.wait(0)
    first.leave()

    assert not third.wait(0)
    assert second.wait(0)
    assert third.before == 1
    second.leave()
    assert third.wait(0)
    assert len(line) == 1


def test_no_more_than_one_has_the_turn() -> None:
    """Forty threads take turns; never two at once, and each gets one."""
    line, inside, seen = Line(most=100), [], []

    def ask(number: int) -> None:
        with line.turn():
            inside.append(number)
            seen.append(len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(40) as threads:
        list(threads.map(ask, range(40)))

    assert seen == [1] * 40
    assert len(line) == 0


def test_who_waits_is_woken_when_the_turn_comes() -> None:
    """Not after the time it was ready to wait."""
    line = Line(most=5, lost_seconds=1000)
    first, second = line.join(), line.join()
    assert first.wait(0)
    had: list[bool] = []
    waiting = threading.Thread(target=lambda: had.append(second.wait(1000)), daemon=True)
    waiting.start()
    first.leave()
    waiting.join(10)

    assert had == [True]


def test_a_full_line_is_said_at_once() -> None:
    """In a line that says what to do; a place that is left is free again."""
    line = Line(most=2)
    place = line.join()
    line.join()
    with pytest.raises(TooBusy, match="2 questions are waiting already, and no more are taken; try again in a minute"):
        line.join()
    place.leave()

    assert line.join().before == 1


def test_a_place_that_nobody_looks_after_holds_nobody_up() -> None:
    """Whoever closed the page while waiting is passed over."""
    line = Line(most=5, lost_seconds=0.05)
    line.join()
    second = line.join()

    assert second.wait(5)


def test_patient_ones_come_after_all_others() -> None:
    """What is only tried waits until no visitor does, whenever the visitor came."""
    line = Line(most=5)
    patient, visitor = line.join(patient=True), line.join()

    assert not patient.wait(0)
    assert (visitor.before, patient.before) == (0, 1)
    assert visitor.wait(0)
    visitor.leave()
    assert patient.wait(0)


def test_a_failure_gives_the_turn_on() -> None:
    """What goes wrong in one turn does not end the line."""
    line = Line(most=5)
    with pytest.raises(ValueError, match="x"), line.turn():
        raise ValueError("x")

    assert line.join().wait(0)


def test_so_many_a_minute_are_taken() -> None:
    """Then the next is refused with the seconds it has to wait, and taken after them."""
    now = [0.0]
    allowance = Allowance(3, clock=lambda: now[0])

    assert [allowance.take() for _ in range(4)] == [0.0, 0.0, 0.0, 20.0]
    with pytest.raises(TooBusy, match="that is more than 3 questions in a minute; go on in 21 s"):
        allowance.check("questions")
    now[0] = 20.0
    assert [allowance.take(), allowance.take()] == [0.0, 20.0]
    now[0] = 1000.0
    assert [allowance.take() for _ in range(4)] == [0.0, 0.0, 0.0, 20.0]


def test_each_caller_has_an_allowance_of_its_own() -> None:
    """And the memory of them has a bound."""
    allowances = Allowances(1, callers=2)

    assert [allowances.of("a").take() > 0 for _ in range(2)] == [False, True]
    assert allowances.of("b").take() == 0.0
    allowances.of("c")
    assert allowances.of("a").take() == 0.0
