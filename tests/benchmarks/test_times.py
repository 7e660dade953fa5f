"""What takes time is measured in processes of their own, and a process that fails is reported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.many_instances import creates
from benchmarks.pattern_times import DELAY_SECONDS, times
from benchmarks.subjects import CREATE, unpacked
from benchmarks.units import UNITS


@pytest.mark.parametrize("bare", [False, True])
def test_a_unit_waits_for_its_request(bare: bool, tmp_path: Path) -> None:
    [unit] = [each for each in UNITS if each.name == "gatekeeper"]

    found = times(unit, tmp_path, bare=bare)

    assert found.cold_ms > found.p50_ms > DELAY_SECONDS * 1000
    assert found.processor_ms > 0


def test_instances_create_at_the_same_time(tmp_path: Path) -> None:
    folder = unpacked(CREATE, tmp_path)

    seconds, took = creates(CREATE, folder, instances=3, number=4, pause=0)

    assert [len(each) for each in took] == [4, 4, 4]
    assert seconds < sum(map(sum, took))


def test_an_instance_that_fails_is_reported_with_its_errors(tmp_path: Path) -> None:
    gone = replace(CREATE, module="gone")

    with pytest.raises(RuntimeError, match="No module named 'gone'"):
        creates(gone, unpacked(CREATE, tmp_path), instances=1, number=1, pause=0)
