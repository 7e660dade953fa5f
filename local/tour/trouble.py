"""The steps in which one channel fails and is mended."""

from __future__ import annotations

import json
import time
from typing import Any

from local.tour.observe import (
    TARGET,
    arrivals,
    depth_alarm,
    log_records,
    queue_depth,
    require,
    wait_for,
)
from local.tour.tour import ONCE_EACH, Tour, require_status, saw, the_email
from ops.dead_letters import read_dead_letters, replay_dead_letters

_TITLE = "No e-mail tells of this"
_EVERY_LETTER = 100


def break_the_channel(tour: Tour) -> None:
    """E-mail fails: the target tries three times, then the event is kept as a dead letter"""
    ses = tour.stack.client("sesv2")
    identities = ses.list_email_identities()["EmailIdentities"]
    tour.senders = [identity["IdentityName"] for identity in identities]
    for sender in tour.senders:
        ses.delete_email_identity(EmailIdentity=sender)
    saw(f"SES no longer sends for {', '.join(tour.senders)}")
    require_status(tour.api.post("/tasks", json={"title": _TITLE}), 201)
    saw("POST /tasks → 201: the client does not notice")
    wait_for(
        lambda: queue_depth(tour.stack), "one dead letter in the queue", where=tour.at_target()
    )
    sqs, url = tour.stack.client("sqs"), tour.stack.outputs["deadLetterQueueUrl"]
    (letter,) = read_dead_letters(sqs, url, limit=_EVERY_LETTER)
    require(letter.record is not None, "a readable dead letter", seen=letter, where=f"at {url}")
    attempts = {
        line["requestId"]
        for line in log_records(tour.stack, TARGET)
        if line.get("event_id") == letter.event_id
    }
    expected = len(("first", "second", "third"))
    require(len(attempts) == expected, "three attempts", seen=attempts, where=tour.at_target())
    _require_arrivals(tour, {**ONCE_EACH, "email": 0})
    saw("SMS, push and webhook have told of it, once each")
    saw(f"three attempts, then the dead letter: “{letter.record and letter.record.reason}”")


def hear_the_alarm(tour: Tour) -> None:
    """The alarm on the queue's depth goes off and people are told"""
    _wait_for_alarm(tour, "ALARM")


def mend_and_replay(tour: Tour) -> None:
    """E-mail is mended and the dead letter replayed"""
    for sender in tour.senders:
        tour.stack.client("sesv2").create_email_identity(EmailIdentity=sender)
    report = replay_dead_letters(
        tour.stack.client("sqs"),
        tour.stack.client("lambda"),
        tour.stack.outputs["deadLetterQueueUrl"],
        tour.stack.outputs["targetFunctionArn"],
        limit=_EVERY_LETTER,
    )
    require(len(report.replayed) == 1, "one replayed event", seen=report, where=tour.at_target())
    email = the_email(tour, _TITLE)
    depth = queue_depth(tour.stack)
    require(depth == 0, "an empty dead-letter queue", seen=depth, where="at the queue")
    saw(f"replayed, the queue is empty, the e-mail is out: “{email['Subject']}”")
    _require_arrivals(tour, ONCE_EACH)
    saw("SMS, push and webhook were not told a second time")


def hear_that_it_is_over(tour: Tour) -> None:
    """The alarm ends by itself"""
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
    told = wait_for(
        lambda: _next_alarm_message(tour),
        f"news of {state} for the topic's subscriber",
        where="at SNS",
        enough=lambda told: (
            (told.get("AlarmName"), told.get("NewStateValue")) == (alarm["AlarmName"], state)
        ),
    )
    saw(f"{alarm['AlarmName']} is {state} after {time.monotonic() - started:.1f} s")
    saw(f"a subscriber of the topic was told: {told['OldStateValue']} → {told['NewStateValue']}")


def _next_alarm_message(tour: Tour) -> dict[str, Any]:
    sqs = tour.stack.client("sqs")
    for message in sqs.receive_message(QueueUrl=tour.subscriber_url).get("Messages", []):
        sqs.delete_message(QueueUrl=tour.subscriber_url, ReceiptHandle=message["ReceiptHandle"])
        told: dict[str, Any] = json.loads(json.loads(message["Body"])["Message"])
        return told
    return {}
