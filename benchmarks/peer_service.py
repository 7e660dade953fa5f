"""Deploys the TypeScript peer to the emulator as its CDK stacks declare it, as far as it is used.

Other than there: an HTTP API instead of a REST API, so that the gateway costs all services the
same (the event has a REST API's form), and the witness around the function that notifies.
"""

from __future__ import annotations

from benchmarks.aws_parts import allow, make_api, make_role, make_table
from benchmarks.peer_bundle import RUNTIME, PeerBundles
from benchmarks.rivals import Rival
from local.stack import DeployedStack

NAME = "TypeScript peer"

_TASKS = "peer-create-task"
_NOTIFICATIONS = "peer-send-notification"
_TABLE = "peer-task"
_QUEUE = "peer-send-notification-dlq"
_QUEUE_SECONDS = 14 * 24 * 3600
_MEMORY_MB = 256
_TIMEOUT_SECONDS = 10
_LOGGING = {"LOGGING_ENABLED": "true", "LOGGING_LEVEL": "info", "LOGGING_FORMAT": "json"}

# What CDK's grantWriteData allows.
_WRITES = [
    f"dynamodb:{action}"
    for action in ("BatchWriteItem", "PutItem", "UpdateItem", "DeleteItem", "DescribeTable")
]


def deploy_peer(stack: DeployedStack, bundles: PeerBundles) -> Rival:
    """Deploy its two functions with what is theirs."""
    queue_url, notifications_arn = _deploy_notifications(stack, bundles)
    role_arn = make_role(
        stack,
        _TASKS,
        allow(_WRITES, make_table(stack, _TABLE, "pk")),
        allow("lambda:InvokeFunction", notifications_arn),
    )
    variables = {
        "TASKS_TABLE": _TABLE,
        "CORS_ALLOW_ORIGIN": "*",
        "SEND_NOTIFICATION_FUNCTION_NAME": _NOTIFICATIONS,
        # AWS's runtime has the SDK; the emulator's has this one.
        "NODE_PATH": str(bundles.node_modules),
    }
    function_arn = _make_function(
        stack,
        _TASKS,
        role_arn=role_arn,
        handler="index.handler",
        bundle=bundles.create_task,
        variables=variables,
    )
    url = make_api(stack, _TASKS, function_arn, payload_version="1.0")
    return Rival(NAME, url, _TASKS, _NOTIFICATIONS, _TABLE, queue_url, bundles.create_task)


def _deploy_notifications(stack: DeployedStack, bundles: PeerBundles) -> tuple[str, str]:
    """Return the URL of the queue for what fails, and the function's ARN."""
    sqs = stack.client("sqs")
    queue_url = sqs.create_queue(
        QueueName=_QUEUE, Attributes={"MessageRetentionPeriod": str(_QUEUE_SECONDS)}
    )["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])[
        "Attributes"
    ]["QueueArn"]
    role_arn = make_role(stack, _NOTIFICATIONS, allow("sqs:SendMessage", queue_arn))
    variables = {
        # For the witness.
        "RECEIVER_URL": stack.receiver.url,
        "NODE_EXTRA_CA_CERTS": str(stack.receiver.authority_file),
    }
    function_arn = _make_function(
        stack,
        _NOTIFICATIONS,
        role_arn=role_arn,
        handler="witness.handler",
        bundle=bundles.send_notification,
        variables=variables,
    )
    stack.client("lambda").put_function_event_invoke_config(
        FunctionName=_NOTIFICATIONS, DestinationConfig={"OnFailure": {"Destination": queue_arn}}
    )
    return str(queue_url), function_arn


def _make_function(
    stack: DeployedStack,
    name: str,
    *,
    role_arn: str,
    handler: str,
    bundle: bytes,
    variables: dict[str, str],
) -> str:
    made = stack.client("lambda").create_function(
        FunctionName=name,
        Role=role_arn,
        Runtime=RUNTIME,
        Handler=handler,
        Code={"ZipFile": bundle},
        Timeout=_TIMEOUT_SECONDS,
        MemorySize=_MEMORY_MB,
        Environment={"Variables": {**_LOGGING, **variables}},
    )
    return str(made["FunctionArn"])
