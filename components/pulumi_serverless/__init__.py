"""Serverless microservice patterns for Pulumi: what a program imports.

A program makes a `Foundation`, gives it to the components that it wires together, and exports what
`Operations` knows of them.
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
from pulumi_serverless.handoff.async_handoff import AsyncHandoff, AsyncHandoffArgs
from pulumi_serverless.handoff.thresholds import HandoffThresholds
from pulumi_serverless.notification_service.notification_service import (
    NotificationService,
    NotificationServiceArgs,
)
from pulumi_serverless.task_service.task_service import TaskService, TaskServiceArgs
from serverless_runtime.notification_service.settings.channel import ChannelSettings
from serverless_runtime.notification_service.settings.email import EmailSettings
from serverless_runtime.notification_service.settings.kinds import KINDS as CHANNEL_KINDS
from serverless_runtime.notification_service.settings.push import PushSettings
from serverless_runtime.notification_service.settings.sms import SmsSettings
from serverless_runtime.notification_service.settings.webhook import WebhookSettings

__all__ = [
    "AUTH_KINDS",
    "CHANNEL_KINDS",
    "LOG_RETENTION_DAYS",
    "Alarm",
    "AlarmArgs",
    "AlarmTopic",
    "AlarmTopicArgs",
    "ApiAccess",
    "ApiAuth",
    "ApiThresholds",
    "AsyncHandoff",
    "AsyncHandoffArgs",
    "BundleError",
    "ChannelSettings",
    "CompositeAlarm",
    "CompositeAlarmArgs",
    "DashboardRow",
    "DeadLetterQueue",
    "DeadLetterQueueArgs",
    "DependenciesError",
    "EmailSettings",
    "EncryptionKey",
    "EncryptionKeyArgs",
    "EventPublisher",
    "Foundation",
    "FunctionCode",
    "Graph",
    "HandoffThresholds",
    "HttpApi",
    "HttpApiArgs",
    "IamAuth",
    "JwtAuth",
    "Key",
    "MathExpression",
    "Metric",
    "NoAuth",
    "NotificationService",
    "NotificationServiceArgs",
    "Operations",
    "OperationsArgs",
    "PushSettings",
    "PythonFunction",
    "PythonFunctionArgs",
    "Runtime",
    "SmsSettings",
    "Subscriber",
    "Table",
    "TableArgs",
    "TaskService",
    "TaskServiceArgs",
    "Watched",
    "WebhookSettings",
    "api_alarms",
    "throttled_alarm",
]
