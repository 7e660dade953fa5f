from __future__ import annotations

import pulumi_aws as aws
import pytest

from serverless_policy.rules import RULES
from tests.policy.examples import (
    DENIES_HTTP,
    TOPIC,
    Examples,
    Program,
    alarm_topic,
    consumer,
    function,
    function_url,
    handoff,
    log_group,
    made,
    may,
    permission,
    queue,
    queue_with_policy,
    recorded,
    redrive,
    role,
    route,
    subscriber,
    table,
    topic_with_policy,
)
from tests.policy.policy_view import rejected

TABLE_ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/tasks"
BY_RULE = {rule.id: rule for rule in RULES}
EXAMPLES = {
    "access-is-narrow": Examples(
        rejected=[
            may(Action="dynamodb:*", Resource=TABLE_ARN),
            may(Action=["dynamodb:GetItem"], Resource=["*"]),
            may(Action="dynamodb:GetItem", Resource="arn:aws:dynamodb:eu-west-1:1:table/*"),
            may(Action="sns:Publish", Resource="arn:aws:sns:*:*:*"),
            may(Action=["xray:PutTraceSegments", "dynamodb:GetItem"], Resource="*"),
            may(NotAction="iam:*", Resource=TABLE_ARN),
            may(Action="sqs:SendMessage", NotResource="arn:*:sns:*:*:*"),
            lambda: made(
                aws.iam.RolePolicyAttachment(
                    "broad", role="role", policy_arn="arn:aws:iam::aws:policy/AdministratorAccess"
                )
            ),
        ],
        passed=[
            may(Action=["dynamodb:GetItem"], Resource=[TABLE_ARN, f"{TABLE_ARN}/index/*"]),
            may(Action=["xray:PutTraceSegments"], Resource="*"),
            may(Action="sns:Publish", NotResource="arn:*:sns:*:*:*"),
            may(Action="logs:PutLogEvents", Resource="arn:aws:logs:r:1:log-group:/aws/orders:*"),
            may(Effect="Deny", Action="*", Resource="*"),
        ],
    ),
    "callers-are-named": Examples(
        rejected=[
            role(Principal="*"),
            role(Principal={"AWS": ["*"]}),
            permission(principal="*"),
            permission(principal="apigateway.amazonaws.com"),
        ],
        passed=[
            role(Principal={"Service": "lambda.amazonaws.com"}),
            permission(principal="apigateway.amazonaws.com", source_arn="arn:aws:execute-api:a"),
        ],
    ),
    "routes-need-credentials": Examples(
        rejected=[
            route(),
            route(authorization="NONE"),
            route(tags={"public": "perhaps"}),
            function_url("NONE"),
        ],
        passed=[
            route(authorization="JWT"),
            route(tags={"public": "intended"}),
            route("OPTIONS /tasks"),
            function_url("AWS_IAM"),
        ],
    ),
    "failures-are-kept": Examples(
        rejected=[
            handoff(destination=False),
            handoff(destination=False, retries=0),
            handoff(destination=False, retries=1, schedule=True),
        ],
        passed=[handoff(), handoff(destination=False, retries=0, schedule=True)],
    ),
    "failure-queue-is-standard": Examples(
        rejected=[handoff(fifo=True)],
        passed=[handoff(), queue(fifo_queue=True)],
    ),
    "target-ends-before-its-retry": Examples(
        rejected=[handoff(timeout=51), handoff(timeout=900, retries=1)],
        passed=[handoff(timeout=50), handoff(timeout=900, retries=0), lambda: made(function(900))],
    ),
    "dead-letters-have-an-alarm": Examples(
        rejected=[
            handoff(),
            handoff(alarm={"alarm_actions": None}),
            handoff(alarm={"actions_enabled": False}),
            handoff(alarm={"metric_name": "NumberOfMessagesSent"}),
            handoff(alarm={"dimensions": {"QueueName": "another"}}),
            redrive(),
            redrive(resource=True),
        ],
        passed=[handoff(alarm={}), redrive(alarm={}), redrive(alarm={}, resource=True), queue()],
    ),
    "alarms-have-a-subscriber": Examples(
        rejected=[alarm_topic(subscribed=False)],
        passed=[alarm_topic(subscribed=True), lambda: made(aws.sns.Topic("no-alarms"))],
    ),
    "failed-messages-are-kept": Examples(
        rejected=[consumer(redrive=False)],
        passed=[consumer(), queue(), redrive(resource=True)],
    ),
    "messages-stay-hidden": Examples(
        rejected=[
            consumer(visibility=179),
            consumer(visibility=None),
            consumer(window=1),
            consumer(visibility=17, timeout=None),
        ],
        passed=[
            consumer(),
            consumer(visibility=181, window=1),
            consumer(visibility=None, timeout=5),
            queue(visibility_timeout_seconds=0),
        ],
    ),
    "messages-fail-by-themselves": Examples(rejected=[consumer(named=False)], passed=[consumer()]),
    "queue-has-one-consumer": Examples(rejected=[consumer(consumers=2)], passed=[consumer()]),
    "undelivered-messages-are-kept": Examples(
        rejected=[subscriber(redrive=False)],
        passed=[subscriber(), subscriber(redrive=False, consumed=False)],
    ),
    "topic-rejects-plain-http": Examples(
        rejected=[
            alarm_topic(subscribed=True),
            topic_with_policy(**{**DENIES_HTTP, "Action": "sqs:*"}),
            topic_with_policy(**{**DENIES_HTTP, "Action": "sns:Publish", "Effect": "Allow"}),
        ],
        passed=[topic_with_policy(**{**DENIES_HTTP, "Action": ["sns:Publish"]}), queue()],
    ),
    "queue-is-encrypted": Examples(
        rejected=[queue(), queue(sqs_managed_sse_enabled=False)],
        passed=[queue(sqs_managed_sse_enabled=True), queue(kms_master_key_id="alias/orders")],
    ),
    "queue-rejects-plain-http": Examples(
        rejected=[
            queue(),
            queue_with_policy(**{**DENIES_HTTP, "Effect": "Allow"}),
            queue_with_policy(**{**DENIES_HTTP, "Action": "sqs:SendMessage"}),
            queue_with_policy(**{**DENIES_HTTP, "Principal": {"AWS": TOPIC}}),
        ],
        passed=[
            queue_with_policy(**DENIES_HTTP),
            queue_with_policy(**{**DENIES_HTTP, "Principal": {"AWS": "*"}}),
        ],
    ),
    "logs-expire": Examples(
        rejected=[
            log_group(),
            log_group(retention_in_days=0),
            lambda: made(function(own_log=False)),
        ],
        passed=[log_group(retention_in_days=14), lambda: made(function())],
    ),
    "runtime-is-supported": Examples(
        rejected=[lambda: made(function(runtime="python3.9"))],
        passed=[lambda: made(function(runtime="python3.13"))],
    ),
    "data-is-protected": Examples(
        rejected=[table(protect=False), table(deletion=False), table(recovery=False)],
        passed=[table()],
    ),
}


def pairs(kind: str) -> list[tuple[str, Program]]:
    return [(rule, each) for rule in EXAMPLES for each in getattr(EXAMPLES[rule], kind)]


def test_every_rule_has_examples() -> None:
    assert set(EXAMPLES) == set(BY_RULE)
    assert len(BY_RULE) == len(RULES)


@pytest.mark.parametrize(("rule", "program"), pairs("rejected"))
def test_a_rule_rejects_its_bad_examples_and_explains_the_fix(rule: str, program: Program) -> None:
    advice = rejected(BY_RULE[rule], recorded(program))

    assert advice
    assert all(BY_RULE[rule].remediation in each for each in advice)


@pytest.mark.parametrize(("rule", "program"), pairs("passed"))
def test_a_rule_passes_its_good_examples(rule: str, program: Program) -> None:
    assert rejected(BY_RULE[rule], recorded(program)) == []
