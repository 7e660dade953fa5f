"""Signals wait for the end of a shield, and for nothing else."""

from __future__ import annotations

import os
import signal

import pytest

from serverless_ops.interrupts import Interrupts


def _press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_outside_of_a_shield_a_signal_is_raised_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), Interrupts().handled():
        _press_ctrl_c()


def test_in_a_shield_it_is_raised_at_the_end() -> None:
    interrupts = Interrupts()
    done: list[str] = []

    def work() -> None:
        with interrupts.handled():
            with interrupts.shielded(), interrupts.shielded():
                _press_ctrl_c()
                done.append("in the shield")
            done.append("after the shield")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["in the shield"]


def test_a_second_signal_does_not_wait() -> None:
    interrupts = Interrupts()
    done: list[str] = []

    def work() -> None:
        with interrupts.handled(), interrupts.shielded():
            _press_ctrl_c()
            done.append("after the first")
            _press_ctrl_c()
            done.append("after the second")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["after the first"]


def test_the_signal_handlers_are_restored() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with Interrupts().handled():
        assert signal.getsignal(signal.SIGTERM) is not before

    assert signal.getsignal(signal.SIGTERM) is before
