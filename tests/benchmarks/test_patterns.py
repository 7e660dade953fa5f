"""Every pattern has a unit of work that is counted, and budgets for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.counts import read_budgets
from benchmarks.patterns import Unit
from benchmarks.process import run
from benchmarks.stub import stub
from benchmarks.units import UNITS
from tests.program.programs import ROOT

# What no pattern is, and what has rows of its own: a create is a handoff.
OTHERS = {"blocks", "testing", "handoff", "task_service"}
# Its unit, a request that the router forwards, needs a private server that the stub is not.
UNCOUNTED = {"strangler"}
COMPONENTS = ROOT / "components" / "pulumi_serverless"


def test_every_pattern_is_counted() -> None:
    patterns = {path.parent.name for path in COMPONENTS.glob("*/__init__.py")} - OTHERS - UNCOUNTED

    assert {name.replace("_", "-") for name in patterns} <= {each.name for each in UNITS}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_pattern_has_budgets_for_init_work_and_requests(unit: Unit) -> None:
    assert {f"{table}.{unit.name}" for table in ("init", "warm", "requests")} <= set(read_budgets())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_done_with_the_environment_of_its_program(unit: Unit, tmp_path: Path) -> None:
    with stub() as server:
        run(unit.work(tmp_path, 2), unit.environment(server.url))

        assert server.requests > 0


def test_a_unit_that_fails_is_not_counted(tmp_path: Path) -> None:
    [unit] = [each for each in UNITS if each.name == "internal-api"]

    with pytest.raises(RuntimeError, match=r"AssertionError: .*'statusCode': 502"):
        run(unit.work(tmp_path, 1), unit.environment("http://127.0.0.1:9"))
