"""Events that are not delivered."""

from __future__ import annotations

from local.scenario.observe import TARGET, log_records, queue_depth
from local.wait import wait_until
from tests.e2e.incidents.incident import Incident, Scenario
from tests.e2e.on_call import TIMEOUT_SECONDS
from tests.e2e.permissions import has_permission, remove_permission
from tests.e2e.test_poison import hand_off_poison

_DAY_SECONDS = 86_400
_PERMISSION = "may-send-for-email"


def may_not_send(scenario: Scenario) -> bool:
    return not has_permission(scenario.stack, TARGET, _PERMISSION)


def one_event_is_dropped(scenario: Scenario) -> None:
    events_are_dropped(scenario, 1)


def events_are_dropped(scenario: Scenario, count: int) -> None:
    remove_permission(scenario.stack, TARGET, _PERMISSION)
    for _ in range(count):
        scenario.creates_a_task()
    scenario.waits_for_dead_letters(count)


def _a_poison_event_arrives(scenario: Scenario) -> None:
    hand_off_poison(scenario.stack)
    scenario.waits_for_dead_letters(1)


def _something_waits(scenario: Scenario) -> bool:
    return queue_depth(scenario.stack) > 0


def _the_queue_is_deleted(scenario: Scenario) -> None:
    scenario.stack.client("sqs").delete_queue(QueueUrl=scenario.stack.dead_letter_queue_url)
    remove_permission(scenario.stack, TARGET, _PERMISSION)
    scenario.creates_a_task()
    # As the Logs Insights query finds it.
    failed = wait_until(
        lambda: [
            line["event_id"]
            for line in log_records(scenario.stack, TARGET)
            if line.get("message") == "not delivered"
        ],
        "the event in the log",
        seconds=TIMEOUT_SECONDS,
    )
    scenario.engineer.values["EVENT_ID"] = failed[-1]


def _there_is_no_queue(scenario: Scenario) -> bool:
    """Whether Lambda has nowhere to write failures."""
    config = scenario.stack.client("lambda").get_function_event_invoke_config(
        FunctionName=scenario.stack.target_arn
    )
    name = config["DestinationConfig"]["OnFailure"]["Destination"].rsplit(":", 1)[1]
    urls = scenario.stack.client("sqs").list_queues(QueueNamePrefix=name)
    return not urls.get("QueueUrls")


def _the_next_failure_is_dead_lettered(scenario: Scenario) -> None:
    _a_poison_event_arrives(scenario)
    scenario.stack.client("sqs").purge_queue(QueueUrl=scenario.stack.dead_letter_queue_url)


INCIDENTS = (
    Incident(
        name="someone removes the permission to send",
        alarm_id="dead-letter-depth",
        begin=one_event_is_dropped,
        persists=lambda scenario: may_not_send(scenario) or _something_waits(scenario),
        skipping=("purge",),
        afterwards=Scenario.everything_was_delivered,
    ),
    Incident(
        name="a poison event arrives",
        alarm_id="dead-letter-depth",
        begin=_a_poison_event_arrives,
        persists=_something_waits,
        skipping=("pulumi",),
    ),
    Incident(
        name="a dead letter is left in the queue",
        alarm_id="dead-letter-age",
        begin=_a_poison_event_arrives,
        persists=_something_waits,
        datapoint=_DAY_SECONDS,
    ),
    Incident(
        name="someone deletes the dead-letter queue",
        alarm_id="dead-letter-rejected",
        begin=_the_queue_is_deleted,
        persists=_there_is_no_queue,
        datapoint=1,
        published_at_first=True,
        looking_fails=True,
        afterwards=_the_next_failure_is_dead_lettered,
    ),
    Incident(
        name="an event is dropped",
        alarm_id="events-dropped",
        begin=one_event_is_dropped,
        persists=may_not_send,
        datapoint=1,
        published_at_first=True,
        afterwards=Scenario.everything_was_delivered,
    ),
)
