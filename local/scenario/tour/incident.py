"""The steps in which one channel fails and is fixed."""

from __future__ import annotations

import json
import time
from typing import Any

from local.console import saw
from local.scenario.observe import (
    ATTEMPTS,
    ONCE_EACH,
    TARGET,
    arrivals,
    depth_alarm,
    log_records,
    queue_depth,
    require,
    wait_for,
)
from local.scenario.replay_dead_letters import read_dead_letters, replay_dead_letters
from local.scenario.tour.step_tools import Tour, require_status, the_email

_TITLE = "No email about this"


def break_the_channel(tour: Tour) -> None:
    """Email fails: the target tries three times, then the event becomes a dead letter"""
    ses = tour.stack.client("sesv2")
    identities = ses.list_email_identities()["EmailIdentities"]
    tour.removed_senders = [identity["IdentityName"] for identity in identities]
    for sender in tour.removed_senders:
        ses.delete_email_identity(EmailIdentity=sender)
    saw(f"SES no longer sends for {', '.join(tour.removed_senders)}")
    require_status(tour.api.post("/tasks", json={"title": _TITLE}), 201)
    saw("POST /tasks → 201: the client is not affected")
    wait_for(
        lambda: queue_depth(tour.stack), "one dead letter in the queue", where=tour.at_target()
    )
    (dead_letter,) = read_dead_letters(tour.stack)
    record = dead_letter.record
    where = f"at {tour.stack.dead_letter_queue_url}"
    require(record is not None, "a readable dead letter", seen=dead_letter, where=where)
    attempts = {
        line["requestId"]
        for line in log_records(tour.stack, TARGET)
        if line.get("event_id") == dead_letter.event_id
    }
    require(len(attempts) == ATTEMPTS, "three attempts", seen=attempts, where=tour.at_target())
    _require_arrivals(tour, {**ONCE_EACH, "email": 0})
    saw("SMS, push and webhook have been sent, once each")
    saw(f"three attempts, then the dead letter: “{record and record.reason}”")


def see_the_alarm(tour: Tour) -> None:
    """The alarm on the queue's depth fires and people are notified"""
    _wait_for_alarm(tour, "ALARM")


def fix_and_replay(tour: Tour) -> None:
    """Email is fixed and the dead letter replayed"""
    for sender in tour.removed_senders:
        tour.stack.client("sesv2").create_email_identity(EmailIdentity=sender)
    replayed = replay_dead_letters(tour.stack)
    require(len(replayed) == 1, "one replayed event", seen=replayed, where=tour.at_target())
    email = the_email(tour, _TITLE)
    depth = queue_depth(tour.stack)
    require(depth == 0, "an empty dead-letter queue", seen=depth, where="at the queue")
    saw(f"replayed, the queue is empty, the email is sent: “{email['Subject']}”")
    _require_arrivals(tour, ONCE_EACH)
    saw("SMS, push and webhook were not sent a second time")


def see_the_alarm_resolve(tour: Tour) -> None:
    """The alarm resolves by itself"""
    _wait_for_alarm(tour, "OK")


def _require_arrivals(tour: Tour, expected: dict[str, int]) -> None:
    arrived = arrivals(tour.stack, _TITLE)
    require(arrived == expected, str(expected), seen=arrived, where=tour.at_target())


def _wait_for_alarm(tour: Tour, state: str) -> None:
    started = time.monotonic()
    alarm = wait_for(
        lambda: depth_alarm(tour.stack),
        f"the alarm in state {state}",
        where="at CloudWatch",
        enough=lambda alarm: alarm["StateValue"] == state,
    )
    message = wait_for(
        lambda: _next_alarm_message(tour),
        f"a message to the topic's subscriber about {state}",
        where="at SNS",
        enough=lambda message: (
            (message.get("AlarmName"), message.get("NewStateValue")) == (alarm["AlarmName"], state)
        ),
    )
    change = f"{message['OldStateValue']} → {message['NewStateValue']}"
    saw(f"{alarm['AlarmName']} is {state} after {time.monotonic() - started:.1f} s")
    saw(f"the topic's subscriber was notified: {change}")


def _next_alarm_message(tour: Tour) -> dict[str, Any]:
    sqs = tour.stack.client("sqs")
    for message in sqs.receive_message(QueueUrl=tour.subscriber_url).get("Messages", []):
        sqs.delete_message(QueueUrl=tour.subscriber_url, ReceiptHandle=message["ReceiptHandle"])
        alarm_message: dict[str, Any] = json.loads(json.loads(message["Body"])["Message"])
        return alarm_message
    return {}
