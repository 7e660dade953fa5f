"""Events that are not delivered."""

from __future__ import annotations

from local.scenario.observe import TARGET, log_records, queue_depth
from local.wait import wait_until
from pulumi_serverless.blocks.monitoring.alarm_kind import AlarmKind
from tests.e2e.incidents.incident import Scene, Trouble
from tests.e2e.on_call import PATIENCE_SECONDS
from tests.e2e.permissions import has_right, take_right
from tests.e2e.test_poison import hand_over_poison

_DAY_SECONDS = 86_400
_RIGHT = "may-send-for-email"


def may_not_send(scene: Scene) -> bool:
    return not has_right(scene.stack, TARGET, _RIGHT)


def one_event_is_given_up(scene: Scene) -> None:
    events_are_given_up(scene, 1)


def events_are_given_up(scene: Scene, count: int) -> None:
    take_right(scene.stack, TARGET, _RIGHT)
    for _ in range(count):
        scene.creates_a_task()
    scene.waits_for_dead_letters(count)


def _a_poison_event_comes(scene: Scene) -> None:
    hand_over_poison(scene.stack)
    scene.waits_for_dead_letters(1)


def _something_waits(scene: Scene) -> bool:
    return queue_depth(scene.stack) > 0


def _the_queue_is_deleted(scene: Scene) -> None:
    scene.stack.client("sqs").delete_queue(QueueUrl=scene.stack.dead_letter_queue_url)
    take_right(scene.stack, TARGET, _RIGHT)
    scene.creates_a_task()
    # As the saved query finds it.
    failed = wait_until(
        lambda: [
            line["event_id"]
            for line in log_records(scene.stack, TARGET)
            if line.get("message") == "not delivered"
        ],
        "the event in the log",
        seconds=PATIENCE_SECONDS,
    )
    scene.newcomer.values["EVENT_ID"] = failed[-1]


def _there_is_no_queue(scene: Scene) -> bool:
    """Whether Lambda has nowhere to write failures."""
    config = scene.stack.client("lambda").get_function_event_invoke_config(
        FunctionName=scene.stack.target_arn
    )
    name = config["DestinationConfig"]["OnFailure"]["Destination"].rsplit(":", 1)[1]
    urls = scene.stack.client("sqs").list_queues(QueueNamePrefix=name)
    return not urls.get("QueueUrls")


def _the_next_failure_is_kept(scene: Scene) -> None:
    _a_poison_event_comes(scene)
    scene.stack.client("sqs").purge_queue(QueueUrl=scene.stack.dead_letter_queue_url)


TROUBLES = (
    Trouble(
        name="somebody takes the right to send",
        kind=AlarmKind.DEAD_LETTER_DEPTH,
        begins=one_event_is_given_up,
        lasts=lambda scene: may_not_send(scene) or _something_waits(scene),
        but=("purge",),
        afterwards=Scene.everybody_was_told,
    ),
    Trouble(
        name="a poison event comes",
        kind=AlarmKind.DEAD_LETTER_DEPTH,
        begins=_a_poison_event_comes,
        lasts=_something_waits,
        but=("pulumi",),
    ),
    Trouble(
        name="a dead letter is left lying",
        kind=AlarmKind.DEAD_LETTER_AGE,
        begins=_a_poison_event_comes,
        lasts=_something_waits,
        counted=_DAY_SECONDS,
    ),
    Trouble(
        name="somebody deletes the dead-letter queue",
        kind=AlarmKind.DEAD_LETTER_REFUSED,
        begins=_the_queue_is_deleted,
        lasts=_there_is_no_queue,
        counted=1,
        begins_counted=True,
        looking_fails=True,
        afterwards=_the_next_failure_is_kept,
    ),
    Trouble(
        name="an event is given up",
        kind=AlarmKind.EVENTS_DROPPED,
        begins=one_event_is_given_up,
        lasts=may_not_send,
        counted=1,
        begins_counted=True,
        afterwards=Scene.everybody_was_told,
    ),
)
