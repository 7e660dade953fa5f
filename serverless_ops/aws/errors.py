"""Explains errors of AWS and boto3: what happened, and what the user can do."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    LoginError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
    LoginError,
)
_EXPIRED = (
    "ExpiredToken",
    "InvalidClientTokenId",
    "UnrecognizedClient",
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
    "RequestExpired",
)
_NO_QUEUE = ("NonExistentQueue", "QueueDoesNotExist", "InvalidAddress")
_NO_TABLE = ("ResourceNotFoundException",)
_TABLE_OPERATIONS = ("Query", "GetItem", "UpdateItem")
_NO_PARAMETER = ("ParameterNotFound",)
_DENIED = ("AccessDenied", "AuthorizationError", "KMS.AccessDenied", "KmsAccessDenied")

_PERMISSIONS = {
    "FilterLogEvents": "logs:FilterLogEvents on the functions' log groups",
    "GetFunctionConfiguration": "lambda:GetFunctionConfiguration on the functions",
    "DescribeAlarms": "cloudwatch:DescribeAlarms on *",
    "SetAlarmState": "cloudwatch:SetAlarmState on the alarms",
    "ListSchedules": "scheduler:ListSchedules on *",
    "GetSchedule": "scheduler:GetSchedule on the relay's schedule",
    "UpdateSchedule": "scheduler:UpdateSchedule on the schedule, and iam:PassRole on its role",
    "Invoke": "lambda:InvokeFunction on the function",
    "GetTopicAttributes": "sns:GetTopicAttributes on the alarm topic",
    "ListSubscriptionsByTopic": "sns:ListSubscriptionsByTopic on the topic",
    "GetSubscriptionAttributes": "sns:GetSubscriptionAttributes on the topic's subscriptions",
    "ListTargetsByRule": "events:ListTargetsByRule on the rule",
    "Subscribe": "sns:Subscribe on the alarm topic",
    "Unsubscribe": "sns:Unsubscribe on the alarm topic",
    "GetParameter": "ssm:GetParameter on the facade's parameter",
    "PutParameter": "ssm:PutParameter on the facade's parameter",
    "GetMetricStatistics": "cloudwatch:GetMetricStatistics on *",
    "CreateQueue": "sqs:CreateQueue",
    "DeleteQueue": "sqs:DeleteQueue",
}
_QUEUE_PERMISSIONS = (
    "sqs:ReceiveMessage, sqs:ChangeMessageVisibility and sqs:GetQueueAttributes on the queue to "
    "read it, sqs:DeleteMessage to replay or purge, and lambda:InvokeFunction on the target to "
    "replay"
)
_TABLE_PERMISSIONS = (
    "dynamodb:Query on the deliveries table, its index by-subject and the outbox, "
    "dynamodb:GetItem on the table with the circuit breakers, and dynamodb:UpdateItem to close one"
)


class UnreachableError(Exception):
    """The stack or AWS cannot be reached; the text explains what to do."""


class UnreadablePartError(UnreachableError):
    """One part of a stack has contents that cannot be read; the others may be read."""


def explain(error: BotoCoreError | ClientError) -> str:
    """Return what happened, and what to do."""
    if isinstance(error, ClientError):
        return _explain_response(error)
    if isinstance(error, _CREDENTIALS):
        return f"no usable AWS credentials: {error}; log in, or set AWS_PROFILE"
    if isinstance(error, NoRegionError):
        return "no AWS region is set; pass --region, or set AWS_DEFAULT_REGION"
    if isinstance(error, NoConnectionError | HTTPClientError):
        return (
            f"AWS cannot be reached: {error}; check the network, --region and --endpoint-url "
            "(make up starts the local deployment)"
        )
    return f"AWS could not be called: {error}"


def _explain_response(error: ClientError) -> str:
    operation, code = error.operation_name, str(error.response["Error"].get("Code", "unknown"))
    failed = f"{operation} failed with {code}: {error.response['Error'].get('Message')}"
    on_table = operation in _TABLE_OPERATIONS
    if _is_any(code, _DENIED):
        default = _TABLE_PERMISSIONS if on_table else _QUEUE_PERMISSIONS
        return f"access denied ({failed}); it needs {_PERMISSIONS.get(operation, default)}"
    if on_table and _is_any(code, _NO_TABLE):
        return f"there is no such table or index ({failed}); check its name, --stack and --region"
    if _is_any(code, _NO_QUEUE):
        return f"there is no such queue ({failed}); check its URL, --stack and --region"
    if _is_any(code, _NO_PARAMETER):
        return f"there is no such parameter ({failed}); check --stack and --region, or deploy"
    if _is_any(code, _EXPIRED):
        return f"AWS rejected these credentials ({failed}); log in again"
    return failed


def _is_any(code: str, names: tuple[str, ...]) -> bool:
    return any(name in code for name in names)
