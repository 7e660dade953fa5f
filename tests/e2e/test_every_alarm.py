"""Each alarm fires, notifies a subscriber, and is resolved by the commands of its runbook page.

The incident is real wherever the emulator can have it, and is read from the stack. Datapoints that
AWS would publish and the emulator does not are put for as long as the incident persists. The clock
of the alarms moves on by hours, so that none is resolved by older datapoints, nor by time alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.scenario.handoff_stack import HandoffStack, handoff_stack
from local.scenario.observe import alarms_by_id
from local.wait import wait_until
from serverless_ops.options import UNREACHABLE
from tests.e2e.alarm_watch import AlarmWatch
from tests.e2e.incidents import INCIDENTS
from tests.e2e.incidents.incident import Incident, Scenario
from tests.e2e.incidents.outbox import nothing_runs_the_relay, the_schedule_is_disabled
from tests.e2e.on_call import TIMEOUT_SECONDS, OnCallEngineer
from tests.e2e.terminal import Terminal
from tests.e2e.test_one_channel_down import restore_channels
from tests.runbook import DO, LOOK, RESOLVED, commands

COMPOSITE = "handoff-unhealthy"
ONE_OF_ITS_ALARMS = "outbox-age"


@pytest.fixture(scope="module")
def own_stack() -> Iterator[HandoffStack]:
    """Its own stack, because its alarms follow another clock."""
    with handoff_stack("alarms", retry_base_seconds=0.05, watched=False) as stack:
        yield stack


@pytest.fixture(scope="module")
def engineer(own_stack: HandoffStack, tmp_path_factory: pytest.TempPathFactory) -> OnCallEngineer:
    terminal = Terminal(own_stack, tmp_path_factory.mktemp("on-call"))
    return OnCallEngineer(own_stack, terminal, AlarmWatch(own_stack))


@pytest.fixture
def scenario(
    own_stack: HandoffStack, engineer: OnCallEngineer, tmp_path: Path
) -> Iterator[Scenario]:
    """Begins with every alarm OK, and with a file for what the commands save."""
    engineer.values["FILE"] = str(tmp_path / "saved.jsonl")
    queue_url = own_stack.dead_letter_queue_url
    own_stack.client("sqs").purge_queue(QueueUrl=queue_url)
    wait_until(
        lambda: _not_ok_an_hour_later(engineer),
        "all alarms to be OK",
        seconds=TIMEOUT_SECONDS,
        enough=lambda names: not names,
    )
    engineer.discards_messages()
    url = own_stack.api_url
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as api:
        yield Scenario(own_stack, engineer, api)
    restore_channels(own_stack)


def _not_ok_an_hour_later(engineer: OnCallEngineer) -> list[str]:
    # An event of the incident before may have been dropped only now.
    engineer.watch.let_an_hour_pass()
    engineer.watch.evaluate()
    alarms = engineer.watch.described()
    return [each["AlarmName"] for each in alarms if each["StateValue"] != "OK"]


def _state(scenario: Scenario, alarm_id: str) -> str:
    return str(alarms_by_id(scenario.stack)[alarm_id]["StateValue"])


def _an_hour_later(scenario: Scenario, incident: Incident, *, at_first: bool = False) -> None:
    """Put what AWS would publish then, if the incident persists."""
    scenario.engineer.watch.let_an_hour_pass()
    persists = incident.persists(scenario)
    published = at_first and incident.published_at_first
    if incident.datapoint is not None and persists and not published:
        alarm = alarms_by_id(scenario.stack)[incident.alarm_id]
        scenario.engineer.watch.put(alarm, incident.datapoint)


def test_every_deployed_alarm_has_an_incident(own_stack: HandoffStack) -> None:
    alarms = alarms_by_id(own_stack)

    assert len(alarms) == len(own_stack.operations["alarms"])
    assert set(alarms) == {incident.alarm_id for incident in INCIDENTS} | {COMPOSITE}


def test_every_command_of_the_runbook_is_run_in_some_incident() -> None:
    for incident in INCIDENTS:
        alike = [each for each in INCIDENTS if each.alarm_id == incident.alarm_id]
        for command in commands(incident.alarm_id):
            assert any(not any(part in command for part in each.skipping) for each in alike), (
                command
            )


@pytest.mark.parametrize("incident", INCIDENTS, ids=lambda each: f"{each.alarm_id}: {each.name}")
def test_the_commands_of_its_page_resolve_an_alarm(incident: Incident, scenario: Scenario) -> None:
    engineer = scenario.engineer
    incident.begin(scenario)
    _an_hour_later(scenario, incident, at_first=True)

    page = engineer.is_notified(incident.alarm_id, "ALARM")
    assert page == incident.alarm_id
    engineer.runs(page, LOOK, exit_codes=(0, 1, UNREACHABLE) if incident.looking_fails else (0, 1))

    _an_hour_later(scenario, incident)
    engineer.watch.evaluate()
    assert _state(scenario, incident.alarm_id) == "ALARM", "it must not resolve by itself"
    assert incident.persists(scenario)
    incident.fix_outside_aws(scenario)
    engineer.runs(page, DO, skipping=incident.skipping)
    assert not incident.persists(scenario)

    _an_hour_later(scenario, incident)
    engineer.is_notified(incident.alarm_id, "OK")
    incident.afterwards(scenario)
    engineer.runs(page, RESOLVED)


def test_the_composite_alarm_leads_to_the_page_that_resolves_the_incident(
    scenario: Scenario,
) -> None:
    engineer = scenario.engineer
    the_schedule_is_disabled(scenario)
    engineer.watch.let_an_hour_pass()

    page = engineer.is_notified(ONE_OF_ITS_ALARMS, "ALARM")
    assert _state(scenario, COMPOSITE) == "ALARM"
    engineer.runs(COMPOSITE, LOOK)
    assert page in engineer.output
    engineer.runs(page, DO)
    engineer.runs(COMPOSITE, DO)
    assert not nothing_runs_the_relay(scenario)

    engineer.watch.let_an_hour_pass()
    engineer.is_notified(ONE_OF_ITS_ALARMS, "OK")
    assert _state(scenario, COMPOSITE) == "OK"
    engineer.runs(COMPOSITE, RESOLVED)
