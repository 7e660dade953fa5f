"""Says what an error of AWS or boto3 means for the person at the terminal."""

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
_STALE = (
    "ExpiredToken",
    "InvalidClientTokenId",
    "UnrecognizedClient",
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
    "RequestExpired",
)
_NO_QUEUE = ("NonExistentQueue", "QueueDoesNotExist", "InvalidAddress")
_NO_TABLE = "ResourceNotFoundException"
_OF_TABLES = ("Query", "GetItem", "UpdateItem")
_DENIED = ("AccessDenied", "AuthorizationError", "KMS.AccessDenied", "KmsAccessDenied")


_RIGHTS = {
    "FilterLogEvents": "logs:FilterLogEvents on the functions' log groups",
    "GetFunctionConfiguration": "lambda:GetFunctionConfiguration on the functions",
    "DescribeAlarms": "cloudwatch:DescribeAlarms on *",
    "SetAlarmState": "cloudwatch:SetAlarmState on the alarms",
    "ListSchedules": "scheduler:ListSchedules on *",
    "GetSchedule": "scheduler:GetSchedule on the relay's schedule",
    "UpdateSchedule": "scheduler:UpdateSchedule on it, and iam:PassRole on its role",
    "Invoke": "lambda:InvokeFunction on the function",
    "GetTopicAttributes": "sns:GetTopicAttributes on the alarm topic",
    "ListSubscriptionsByTopic": "sns:ListSubscriptionsByTopic on the alarm topic",
    "Subscribe": "sns:Subscribe on the alarm topic",
    "Unsubscribe": "sns:Unsubscribe on the alarm topic",
    "CreateQueue": "sqs:CreateQueue",
    "DeleteQueue": "sqs:DeleteQueue",
}


def explain(error: BotoCoreError | ClientError) -> str:
    """What happened, and what to do."""
    if isinstance(error, ClientError):
        return _explain_answer(error)
    if isinstance(error, _CREDENTIALS):
        return f"no usable AWS credentials: {error}; log in, or name a profile in AWS_PROFILE"
    if isinstance(error, NoRegionError):
        return "no AWS region is known; give --region, or set AWS_REGION"
    if isinstance(error, NoConnectionError | HTTPClientError):
        return (
            f"AWS cannot be reached: {error}; check the network, --region and --endpoint-url "
            "(the local deployment is started with make up)"
        )
    return f"AWS could not be asked: {error}"


def _explain_answer(error: ClientError) -> str:
    code = str(error.response["Error"].get("Code", "unknown"))
    said = f"{error.operation_name} was answered {code}: {error.response['Error'].get('Message')}"
    if error.operation_name in _RIGHTS and any(name in code for name in _DENIED):
        return f"not allowed ({said}); it needs {_RIGHTS[error.operation_name]}"
    if error.operation_name in _OF_TABLES:
        return _explain_table(code, said)
    if any(name in code for name in _NO_QUEUE):
        return f"there is no such queue ({said}); check --stack, --queue-url and --region"
    if any(name in code for name in _STALE):
        return f"AWS does not take these credentials ({said}); log in again"
    if any(name in code for name in _DENIED):
        return (
            f"not allowed ({said}); looking needs sqs:ReceiveMessage, sqs:ChangeMessageVisibility "
            "and sqs:GetQueueAttributes on the queue, replay and purge sqs:DeleteMessage, replay "
            "lambda:InvokeFunction on the target"
        )
    return said


def _explain_table(code: str, said: str) -> str:
    if code == _NO_TABLE:
        return f"there is no such table or index ({said}); check --stack, --table and --region"
    if any(name in code for name in _STALE):
        return f"AWS does not take these credentials ({said}); log in again"
    if any(name in code for name in _DENIED):
        return (
            f"not allowed ({said}); looking needs dynamodb:Query on the deliveries table, its "
            "index by-task and the outbox, closing a breaker dynamodb:UpdateItem on the table"
        )
    return said
