"""What `pulumi_serverless` offers, imported when the first of it is used."""

from pulumi_serverless.blocks.api_access import (
    AUTH_KINDS,
    ApiAccess,
    ApiAuth,
    IamAuth,
    JwtAuth,
    NoAuth,
    RouteLimit,
)
from pulumi_serverless.blocks.bundle import BundleError, FunctionCode
from pulumi_serverless.blocks.bus import Bus, BusArgs
from pulumi_serverless.blocks.bus_rule import BusRule, BusRuleArgs
from pulumi_serverless.blocks.bytecode import BytecodeError
from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from pulumi_serverless.blocks.dependencies import DependenciesError
from pulumi_serverless.blocks.encrypted_queue import Source
from pulumi_serverless.blocks.encryption_key import EncryptionKey, EncryptionKeyArgs
from pulumi_serverless.blocks.event_filter import EventFilter, EventType
from pulumi_serverless.blocks.event_publisher import EventPublisher
from pulumi_serverless.blocks.existing_function import ExistingFunction, ExistingFunctionArgs
from pulumi_serverless.blocks.forward import Forward, PrivateServer
from pulumi_serverless.blocks.foundation import LOG_RETENTION_DAYS, Foundation, Runtime
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.http_api import HttpApi, HttpApiArgs
from pulumi_serverless.blocks.http_authorizers import LambdaAuth
from pulumi_serverless.blocks.metric import MathExpression, Metric
from pulumi_serverless.blocks.monitoring.alarm import (
    Alarm,
    AlarmArgs,
    CompositeAlarm,
    CompositeAlarmArgs,
)
from pulumi_serverless.blocks.monitoring.alarm_topic import AlarmTopic, AlarmTopicArgs, Subscriber
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, MetricGraph
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds, api_alarms
from pulumi_serverless.blocks.monitoring.operations import Operations, OperationsArgs, Watched
from pulumi_serverless.blocks.monitoring.queue_alarms import QueueThresholds
from pulumi_serverless.blocks.monitoring.table_alarms import throttled_alarms
from pulumi_serverless.blocks.once import Once, OnceArgs
from pulumi_serverless.blocks.queue import Queue, QueueArgs
from pulumi_serverless.blocks.queue_consumer import QueueConsumer, QueueConsumerArgs
from pulumi_serverless.blocks.schedule import Schedule, ScheduleArgs
from pulumi_serverless.blocks.send_to_queue import SendToQueue
from pulumi_serverless.blocks.service_role import ServiceRole, ServiceRoleArgs
from pulumi_serverless.blocks.subscription import SubscriberArgs, Subscription, SubscriptionArgs
from pulumi_serverless.blocks.table import Key, Table, TableArgs
from pulumi_serverless.blocks.topic import Topic, TopicArgs
from pulumi_serverless.blocks.web_service import WebService
from pulumi_serverless.blocks.web_service_args import WebOperation, WebServiceArgs
from pulumi_serverless.handoff import (
    AsyncHandoff,
    AsyncHandoffArgs,
    HandoffThresholds,
    OutboxThresholds,
    Publisher,
    PublisherArgs,
)
from pulumi_serverless.notification_service import (
    CHANNEL_KINDS,
    ChannelSettings,
    EmailSettings,
    NotificationService,
    NotificationServiceArgs,
    PushSettings,
    SmsSettings,
    WebhookSettings,
)
from pulumi_serverless.task_service import TaskService, TaskServiceArgs

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
    "Bus",
    "BusArgs",
    "BusRule",
    "BusRuleArgs",
    "BytecodeError",
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
    "EventFilter",
    "EventPublisher",
    "EventType",
    "ExistingFunction",
    "ExistingFunctionArgs",
    "Forward",
    "Foundation",
    "FunctionCode",
    "HandoffThresholds",
    "HttpApi",
    "HttpApiArgs",
    "IamAuth",
    "JwtAuth",
    "Key",
    "LambdaAuth",
    "MathExpression",
    "Metric",
    "MetricGraph",
    "NoAuth",
    "NotificationService",
    "NotificationServiceArgs",
    "Once",
    "OnceArgs",
    "Operations",
    "OperationsArgs",
    "OutboxThresholds",
    "PrivateServer",
    "Publisher",
    "PublisherArgs",
    "PushSettings",
    "PythonFunction",
    "PythonFunctionArgs",
    "Queue",
    "QueueArgs",
    "QueueConsumer",
    "QueueConsumerArgs",
    "QueueThresholds",
    "RouteLimit",
    "Runtime",
    "Schedule",
    "ScheduleArgs",
    "SendToQueue",
    "ServiceRole",
    "ServiceRoleArgs",
    "SmsSettings",
    "Source",
    "Subscriber",
    "SubscriberArgs",
    "Subscription",
    "SubscriptionArgs",
    "Table",
    "TableArgs",
    "TaskService",
    "TaskServiceArgs",
    "Topic",
    "TopicArgs",
    "Watched",
    "WebOperation",
    "WebService",
    "WebServiceArgs",
    "WebhookSettings",
    "api_alarms",
    "throttled_alarms",
]
