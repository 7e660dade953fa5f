"""For each rule, programs that it rejects and programs that it passes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pulumi
import pulumi_aws as aws

from pulumi_serverless.testing import Graph, record

Program = Callable[[], None]
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"


@dataclass(frozen=True)
class Examples:
    rejected: Sequence[Program]
    passed: Sequence[Program]


@cache
def recorded(program: Program) -> Graph:
    """What a program declares, for the rules and for the pack."""
    return record(program)


def document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def may(**statement: Any) -> Program:
    return lambda: made(aws.iam.RolePolicy("policy", role="role", policy=document(**statement)))


def made(*resources: pulumi.Resource) -> None:
    """A program is what it makes."""


def role(**statement: Any) -> Program:
    policy = document(Action="sts:AssumeRole", **statement)
    return lambda: made(aws.iam.Role("role", assume_role_policy=policy))


def permission(**inputs: Any) -> Program:
    return lambda: made(
        aws.lambda_.Permission(
            "permission", action="lambda:InvokeFunction", function="orders", **inputs
        )
    )


def route(
    key: str = "GET /", *, tags: dict[str, str] | None = None, authorization: str | None = None
) -> Program:
    def program() -> None:
        api = aws.apigatewayv2.Api("api", protocol_type="HTTP", tags=tags)
        aws.apigatewayv2.Route(
            "route", api_id=api.id, route_key=key, authorization_type=authorization
        )

    return program


def function_url(authorization: str) -> Program:
    return lambda: made(
        aws.lambda_.FunctionUrl("url", function_name="orders", authorization_type=authorization)
    )


def function(
    timeout: int | None = 30, *, runtime: str = "python3.13", own_log: bool = True
) -> aws.lambda_.Function:
    return aws.lambda_.Function(
        "target",
        role="role",
        runtime=runtime,
        handler="orders.handle",
        timeout=timeout,
        logging_config={"log_format": "JSON", "log_group": "orders"} if own_log else None,
    )


def handoff(
    *,
    timeout: int = 30,
    retries: int | None = None,
    destination: bool = True,
    fifo: bool = False,
    alarm: dict[str, Any] | None = None,
    schedule: bool = False,
) -> Program:
    """A target with its event-invoke configuration, its failure queue and the alarm on it."""

    def program() -> None:
        target = function(timeout)
        queue = aws.sqs.Queue("failures", fifo_queue=fifo or None)
        aws.lambda_.FunctionEventInvokeConfig(
            "delivery",
            function_name=target.name,
            maximum_retry_attempts=retries,
            destination_config={"on_failure": {"destination": queue.arn}} if destination else None,
        )
        if alarm is not None:
            depth_alarm(queue, **alarm)
        if schedule:
            aws.scheduler.Schedule(
                "schedule",
                schedule_expression="rate(1 minute)",
                flexible_time_window={"mode": "OFF"},
                target={"arn": target.arn, "role_arn": "role"},
            )

    return program


def depth_alarm(queue: aws.sqs.Queue, **changed: Any) -> aws.cloudwatch.MetricAlarm:
    usual: dict[str, Any] = {
        "comparison_operator": "GreaterThanOrEqualToThreshold",
        "evaluation_periods": 1,
        "namespace": "AWS/SQS",
        "metric_name": "ApproximateNumberOfMessagesVisible",
        "dimensions": {"QueueName": queue.name},
        "alarm_actions": [TOPIC],
    }
    return aws.cloudwatch.MetricAlarm("depth", **{**usual, **changed})


def alarm_topic(*, subscribed: bool) -> Program:
    def program() -> None:
        topic = aws.sns.Topic("alarms")
        depth_alarm(aws.sqs.Queue("queue"), alarm_actions=[topic.arn])
        if subscribed:
            aws.sns.TopicSubscription(
                "person", topic=topic.arn, protocol="email", endpoint="on-call@example.com"
            )

    return program


def redrive(*, alarm: dict[str, Any] | None = None, resource: bool = False) -> Program:
    """A queue whose failed messages go to another, by its own property or by a resource."""

    def program() -> None:
        failures = aws.sqs.Queue("failures", fifo_queue=True)
        to = failures.arn.apply(
            lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
        )
        work = aws.sqs.Queue("work", redrive_policy=None if resource else to)
        if resource:
            aws.sqs.RedrivePolicy("work", queue_url=work.url, redrive_policy=to)
        if alarm is not None:
            depth_alarm(failures, **alarm)

    return program


def consumer(
    *,
    redrive: bool = True,
    visibility: int | None = 180,
    window: int | None = None,
    timeout: int | None = 30,
    named: bool = True,
    consumers: int = 1,
) -> Program:
    """A queue and the function that consumes it."""

    def program() -> None:
        failures = aws.sqs.Queue("failures")
        policy = failures.arn.apply(
            lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
        )
        work = aws.sqs.Queue(
            "work",
            visibility_timeout_seconds=visibility,
            redrive_policy=policy if redrive else None,
        )
        worker = function(timeout)
        for number in range(consumers):
            aws.lambda_.EventSourceMapping(
                f"messages-{number}",
                event_source_arn=work.arn,
                function_name=worker.arn,
                maximum_batching_window_in_seconds=window,
                function_response_types=["ReportBatchItemFailures"] if named else None,
            )

    return program


def subscriber(*, redrive: bool = True, consumed: bool = True) -> Program:
    """A queue that is subscribed to a topic."""

    def program() -> None:
        work = aws.sqs.Queue("work")
        failures = aws.sqs.Queue("failures")
        kept = failures.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn}))
        aws.sns.TopicSubscription(
            "subscription",
            topic=aws.sns.Topic("events").arn,
            protocol="sqs",
            endpoint=work.arn,
            redrive_policy=kept if redrive else None,
        )
        if consumed:
            aws.lambda_.EventSourceMapping(
                "messages", event_source_arn=work.arn, function_name=function(30).arn
            )

    return program


def topic_with_policy(**statement: Any) -> Program:
    def program() -> None:
        topic = aws.sns.Topic("events")
        aws.sns.TopicPolicy("policy", arn=topic.arn, policy=document(**statement))

    return program


def queue(**inputs: Any) -> Program:
    return lambda: made(aws.sqs.Queue("queue", **inputs))


def queue_with_policy(**statement: Any) -> Program:
    def program() -> None:
        owned = aws.sqs.Queue("queue")
        aws.sqs.QueuePolicy("policy", queue_url=owned.url, policy=document(**statement))

    return program


DENIES_HTTP = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def log_group(**inputs: Any) -> Program:
    return lambda: made(aws.cloudwatch.LogGroup("log", **inputs))


def table(*, protect: bool = True, deletion: bool = True, recovery: bool = True) -> Program:
    return lambda: made(
        aws.dynamodb.Table(
            "orders",
            attributes=[{"name": "order_id", "type": "S"}],
            hash_key="order_id",
            deletion_protection_enabled=deletion,
            point_in_time_recovery={"enabled": recovery},
            opts=pulumi.ResourceOptions(protect=protect),
        )
    )
