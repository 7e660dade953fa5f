"""Queues, topics and consumers of an emulator, for the tests of how they differ from AWS."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import Any

from local.emulator.clients import ACCOUNT_ID, REGION
from local.emulator.start import Emulator
from local.scenario.observe import log_lines
from tests.local.roles import TRUST, policy_of

Queue = tuple[str, str]
"""URL and ARN."""


def a_queue(emulator: Emulator, **attributes: str) -> Queue:
    sqs, fifo = emulator.client("sqs"), ".fifo" if "FifoQueue" in attributes else ""
    name = f"queue-{uuid.uuid4()}{fifo}"
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{name}"


def depth(emulator: Emulator, queue: Queue) -> int:
    """How many messages it holds, those in flight included."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = emulator.client("sqs").get_queue_attributes(QueueUrl=queue[0], AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


def open_for(emulator: Emulator, queue: Queue, topic_arn: str) -> None:
    """Let the topic send to the queue, and nobody else."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue[1],
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    emulator.client("sqs").set_queue_attributes(
        QueueUrl=queue[0], Attributes={"Policy": policy_of(statement)}
    )


def a_topic(emulator: Emulator) -> str:
    arn: str = emulator.client("sns").create_topic(Name=f"topic-{uuid.uuid4()}")["TopicArn"]
    return arn


def subscribe(emulator: Emulator, topic_arn: str, queue: Queue, **attributes: Any) -> None:
    emulator.client("sns").subscribe(
        TopicArn=topic_arn,
        Protocol="sqs",
        Endpoint=queue[1],
        Attributes={
            "RawMessageDelivery": "true",
            **{name: json.dumps(value) for name, value in attributes.items()},
        },
    )


def a_function(emulator: Emulator, source: str) -> str:
    """A function with this source, whose `handle` is called; returns its name."""
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("app.py", source)
    name = f"function-{uuid.uuid4()}"
    role = emulator.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    emulator.client("iam").put_role_policy(
        RoleName=name,
        PolicyName="policy",
        PolicyDocument=policy_of({"Effect": "Allow", "Action": "*", "Resource": "*"}),
    )
    emulator.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="app.handle",
        Code={"ZipFile": bundle.getvalue()},
        Timeout=10,
    )
    return name


def a_consumer(emulator: Emulator, queue: Queue, source: str, **mapping: Any) -> str:
    """A function with this source, whose `handle` gets the queue's messages; returns its name."""
    name = a_function(emulator, source)
    emulator.client("lambda").create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=queue[1],
        FunctionResponseTypes=["ReportBatchItemFailures"],
        **mapping,
    )
    return name


def lines_of(emulator: Emulator, function: str) -> list[str]:
    """What a function has logged, oldest first."""
    group = f"/aws/lambda/{function}"
    logs = emulator.client("logs")
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return []
    return log_lines(logs, group)
