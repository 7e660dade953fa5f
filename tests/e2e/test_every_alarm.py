"""Each alarm goes off, tells a subscriber, and ends by what its section of the runbook says.

The trouble is real wherever the emulator can have it, and it is looked for in the stack. What AWS
counts and the emulator does not is put for as long as the trouble is found there. Hours pass
between the looks at the alarms, so that none ends by what was typed before it lasted, nor by time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.stack import DeployedStack, deployed_stack
from local.wait import wait_until
from ops.options import OUT_OF_REACH
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from tests.e2e.alarm_watch import AlarmWatch
from tests.e2e.newcomer import PATIENCE_SECONDS, Newcomer
from tests.e2e.operator import Terminal
from tests.e2e.test_one_kind_down import mend
from tests.e2e.troubles import TROUBLES
from tests.e2e.troubles.outbox import nothing_runs_the_relay, the_schedule_is_switched_off
from tests.e2e.troubles.trouble import Scene, Trouble
from tests.runbook import DO, LOOK, OVER, commands

SUMMARY = AlarmKind.HANDOFF_UNHEALTHY


@pytest.fixture(scope="module")
def troubled() -> Iterator[DeployedStack]:
    """A stack of its own, for hours pass in it."""
    with deployed_stack("alarms", retry_base_seconds=0.05, watched=False) as stack:
        yield stack


@pytest.fixture(scope="module")
def newcomer(troubled: DeployedStack, tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    terminal = Terminal(troubled, tmp_path_factory.mktemp("newcomer"))
    return Newcomer(troubled, terminal, AlarmWatch(troubled))


@pytest.fixture
def scene(newcomer: Newcomer, tmp_path: Path) -> Iterator[Scene]:
    """With a quiet stack before, and a file for what the commands save."""
    newcomer.values["FILE"] = str(tmp_path / "saved.jsonl")
    queue_url = newcomer.stack.outputs["deadLetterQueueUrl"]
    newcomer.stack.client("sqs").purge_queue(QueueUrl=queue_url)
    newcomer.watch.let_an_hour_pass()
    wait_until(
        lambda: _not_ok(newcomer),
        "all alarms to be OK",
        seconds=PATIENCE_SECONDS,
        enough=lambda names: not names,
    )
    newcomer.forgets_messages()
    url = newcomer.stack.api_url
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as api:
        yield Scene(newcomer, api)
    mend(newcomer.stack)


def _not_ok(newcomer: Newcomer) -> list[str]:
    newcomer.watch.look()
    return [each["AlarmName"] for each in newcomer.watch.described() if each["StateValue"] != "OK"]


def _described(scene: Scene, kind: AlarmKind) -> dict[str, Any]:
    described = scene.stack.client("cloudwatch").describe_alarms(
        AlarmNames=[scene.stack.outputs["alarmNames"][kind]],
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
    )
    [alarm] = described["MetricAlarms"] + described["CompositeAlarms"]
    found: dict[str, Any] = alarm
    return found


def _an_hour_on(scene: Scene, trouble: Trouble, *, begins: bool = False) -> None:
    """Let AWS count what the trouble does then, if it is still there."""
    scene.newcomer.watch.let_an_hour_pass()
    lasts = trouble.lasts(scene)
    if trouble.counted is not None and lasts and not (begins and trouble.begins_counted):
        scene.newcomer.watch.put(_described(scene, trouble.kind), trouble.counted)


def test_every_alarm_of_the_stack_has_a_trouble(troubled: DeployedStack) -> None:
    kinds = {trouble.kind for trouble in TROUBLES} | {SUMMARY}

    assert kinds == set(AlarmKind)
    assert kinds == set(troubled.outputs["alarmNames"])


def test_every_command_of_the_runbook_is_typed_in_some_trouble() -> None:
    for trouble in TROUBLES:
        alike = [each for each in TROUBLES if each.kind == trouble.kind]
        for command in commands(trouble.kind):
            assert any(not any(part in command for part in each.but) for each in alike), command


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: f"{trouble.kind}: {trouble.name}")
def test_the_commands_of_its_section_end_an_alarm(trouble: Trouble, scene: Scene) -> None:
    newcomer = scene.newcomer
    trouble.begins(scene)
    _an_hour_on(scene, trouble, begins=True)

    section = newcomer.is_told(trouble.kind, "ALARM")
    assert section == trouble.kind
    newcomer.types(section, LOOK, done=(0, 1, OUT_OF_REACH) if trouble.looking_fails else (0, 1))

    _an_hour_on(scene, trouble)
    newcomer.watch.look()
    assert _described(scene, trouble.kind)["StateValue"] == "ALARM", "it must not end by itself"
    assert trouble.lasts(scene)
    trouble.outside(scene)
    newcomer.types(section, DO, but=trouble.but)
    assert not trouble.lasts(scene)

    _an_hour_on(scene, trouble)
    newcomer.is_told(trouble.kind, "OK")
    trouble.afterwards(scene)
    newcomer.types(section, OVER)


def test_the_summary_leads_to_the_section_that_ends_the_trouble(scene: Scene) -> None:
    newcomer = scene.newcomer
    the_schedule_is_switched_off(scene)
    newcomer.watch.let_an_hour_pass()

    section = newcomer.is_told(AlarmKind.OUTBOX_AGE, "ALARM")
    assert _described(scene, SUMMARY)["StateValue"] == "ALARM"
    newcomer.types(SUMMARY, LOOK)
    assert section in newcomer.said
    newcomer.types(section, DO)
    newcomer.types(SUMMARY, DO)
    assert not nothing_runs_the_relay(scene)

    newcomer.watch.let_an_hour_pass()
    newcomer.is_told(AlarmKind.OUTBOX_AGE, "OK")
    assert _described(scene, SUMMARY)["StateValue"] == "OK"
    newcomer.types(SUMMARY, OVER)
