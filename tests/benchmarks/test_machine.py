"""A run says how busy the machine was with others' work, and does not take its own for theirs."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.machine import BUSY_SHARE, Moment, now, others_share, own_seconds, verdict

WORK_SECONDS = 0.3
WORK = f"import time\nwhile time.process_time() < {WORK_SECONDS}: pass"


def test_a_run_on_a_busy_machine_says_so() -> None:
    assert verdict(BUSY_SHARE + 0.3).startswith("**On a busy machine:** other processes used 40 %")
    assert verdict(0.02).startswith("On a quiet machine: other processes used 2 %")


def test_others_share_is_what_the_processors_did_and_not_for_us() -> None:
    start, end = Moment(100, 50, 10), Moment(110, 65, 12)

    assert others_share(start, end, processors=2) == (15 - 2) / 20
    assert others_share(start, Moment(110, 52, 12.5), processors=2) == 0


def test_a_process_of_ours_that_has_ended_worked_for_us() -> None:
    before = own_seconds()
    subprocess.run([sys.executable, "-c", WORK], check=True)  # noqa: S603 -- our own interpreter

    # Less a tick of the clock at both ends.
    assert own_seconds() - before >= WORK_SECONDS - 0.02


def test_the_clock_of_all_processors_does_not_go_back() -> None:
    start, end = now(), now()

    assert all(later >= earlier for earlier, later in zip(start, end, strict=True))
