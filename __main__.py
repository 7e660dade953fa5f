"""The Internal Handoff, wired in the order the data flows.

client -> task service -> handoff -> notification service -> e-mail, SMS, push, webhook
                             ├─ outbox -> relay, for what could not be handed off
                             │                          ↓ what can never be sent
                             └─ what failed too often -> dead-letter queue -> alarm -> people
"""

import sys
from pathlib import Path

import pulumi

# From this repository; a program of your own installs the library instead.
sys.path.extend(str(Path(__file__).parent / root) for root in ("components", "lambdas"))

from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue
from pulumi_serverless.blocks.encryption_key import EncryptionKey
from pulumi_serverless.blocks.monitoring.alarm_topic import AlarmTopic
from pulumi_serverless.blocks.monitoring.operations import OperatorView, OperatorViewArgs
from pulumi_serverless.handoff.async_handoff import AsyncHandoff, AsyncHandoffArgs
from pulumi_serverless.notification_service.notification_service import (
    NotificationService,
    NotificationServiceArgs,
)
from pulumi_serverless.task_service.task_service import TaskService, TaskServiceArgs
from stack_config import StackConfig

config = StackConfig.load()
key = EncryptionKey("data", config.protect_data) if config.encryption == "customer" else None
runtime = config.runtime(key)

alarms = AlarmTopic("alarms", config.alarm_topic, key)
dead_letters = DeadLetterQueue("task-events-dead-letters", config.dead_letters(key))
notifications = NotificationService(
    "notifications",
    NotificationServiceArgs(
        channels=config.channels,
        dead_letter_queue=dead_letters,
        alarm_topic_arn=alarms.arn,
        runtime=runtime,
        protect_data=config.protect_data,
        reserved_concurrency=config.notification_reserved_concurrency or None,
    ),
)
task_events = AsyncHandoff(
    "task-events",
    AsyncHandoffArgs(
        target=notifications.function,
        alarm_topic_arn=alarms.arn,
        relay_minimum_age_seconds=config.relay_minimum_age_seconds,
        thresholds=config.handoff_thresholds,
        runtime=runtime,
        protect_data=config.protect_data,
        max_retry_attempts=config.max_retry_attempts,
        max_event_age_seconds=config.max_event_age_seconds,
        dead_letter_queue=dead_letters,
    ),
)
tasks = TaskService(
    "tasks",
    TaskServiceArgs(
        handoff=task_events,
        access=config.api,
        alarm_topic_arn=alarms.arn,
        runtime=runtime,
        protect_data=config.protect_data,
    ),
)

view = OperatorView(
    "operator",
    OperatorViewArgs(tasks=tasks, handoff=task_events, notifications=notifications),
)

if task_events.outbox:
    pulumi.export("outboxTableName", task_events.outbox.table.name)
pulumi.export("apiUrl", tasks.url)
pulumi.export("functionNames", {name: each.name for name, each in view.functions.items()})
pulumi.export("targetFunctionArn", notifications.function.arn)
pulumi.export("deadLetterQueueUrl", dead_letters.url)
pulumi.export("alarmNames", view.alarm_names)
pulumi.export("alarmTopicArn", alarms.arn)
pulumi.export("dashboardName", view.dashboard_name)
pulumi.export("tasksTableName", tasks.table.name)
pulumi.export("deliveriesTableName", notifications.table.name)
pulumi.export("channelNames", [channel.name for channel in config.channels])
