"""In every example, each alarm fires, and the commands of its page are typed in order on the broken
program. An example that is added is tested without being named here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from local.deployed import deployed
from tests.e2e.alarm_watch import AlarmWatch
from tests.e2e.any_program import BrokenProgram
from tests.e2e.on_call import OnCallEngineer
from tests.e2e.terminal import Terminal
from tests.program.programs import EXAMPLES


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: str(folder.name))
def test_the_runbook_of_an_example_repairs_it(folder: Path, tmp_path: Path) -> None:
    python = Path(sys.executable)
    with deployed(folder, "runbook", watched=False, retry_base_seconds=0.05, python=python) as own:
        engineer = OnCallEngineer(own, Terminal(own, tmp_path), AlarmWatch(own))
        program = BrokenProgram(own, engineer, folder)
        assert program.pages()
        assert not program.every_alarm_becomes("ALARM")
        for page in program.pages():
            program.types(page, tmp_path)
        assert not program.every_alarm_becomes("OK")
