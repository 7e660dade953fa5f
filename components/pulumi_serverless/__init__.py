"""Serverless microservice patterns for Pulumi: the blocks that a program imports.

A program makes a `Foundation`, gives it to the components that it wires together, and exports what
`Operations` knows of them. A pattern is imported from its own package, e.g.
`from pulumi_serverless.handoff import AsyncHandoff`.
"""

from pulumi_serverless.blocks.api_access import (
    AUTH_KINDS,
    ApiAccess,
    ApiAuth,
    IamAuth,
    JwtAuth,
    NoAuth,
)
from pulumi_serverless.blocks.bundle import BundleError, FunctionCode
from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from pulumi_serverless.blocks.dependencies import DependenciesError
from pulumi_serverless.blocks.encryption_key import EncryptionKey, EncryptionKeyArgs
from pulumi_serverless.blocks.event_publisher import EventPublisher
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.http_api import HttpApi, HttpApiArgs
from pulumi_serverless.blocks.metric import MathExpression, Metric
from pulumi_serverless.blocks.monitoring.alarm import (
    Alarm,
    AlarmArgs,
    CompositeAlarm,
    CompositeAlarmArgs,
)
from pulumi_serverless.blocks.monitoring.alarm_topic import AlarmTopic, AlarmTopicArgs, Subscriber
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, Graph
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds, api_alarms
from pulumi_serverless.blocks.monitoring.operations import Operations, OperationsArgs, Watched
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarm
from pulumi_serverless.blocks.runtime import LOG_RETENTION_DAYS, Runtime
from pulumi_serverless.blocks.table import Key, Table, TableArgs

__all__ = [
    "AUTH_KINDS",
    "LOG_RETENTION_DAYS",
    "Alarm",
    "AlarmArgs",
    "AlarmTopic",
    "AlarmTopicArgs",
    "ApiAccess",
    "ApiAuth",
    "ApiThresholds",
    "BundleError",
    "CompositeAlarm",
    "CompositeAlarmArgs",
    "DashboardRow",
    "DeadLetterQueue",
    "DeadLetterQueueArgs",
    "DependenciesError",
    "EncryptionKey",
    "EncryptionKeyArgs",
    "EventPublisher",
    "Foundation",
    "FunctionCode",
    "Graph",
    "HttpApi",
    "HttpApiArgs",
    "IamAuth",
    "JwtAuth",
    "Key",
    "MathExpression",
    "Metric",
    "NoAuth",
    "Operations",
    "OperationsArgs",
    "PythonFunction",
    "PythonFunctionArgs",
    "Runtime",
    "Subscriber",
    "Table",
    "TableArgs",
    "Watched",
    "api_alarms",
    "throttled_alarm",
]
