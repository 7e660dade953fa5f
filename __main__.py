"""The Internal Handoff, wired in the order the data flows.

client -> task service -> handoff -> notification service -> email, SMS, push, webhook
                             ├─ outbox -> relay, for what could not be handed off
                             │                          ↓ what can never be sent
                             └─ what failed too often -> dead-letter queue -> alarm -> people
"""

import sys
from pathlib import Path

import pulumi

# From this repository; a program of your own installs the library instead.
sys.path.extend(str(Path(__file__).parent / root) for root in ("components", "lambdas"))

from garbage import leave_garbage
from pulumi_serverless import (
    AlarmTopic,
    AsyncHandoff,
    AsyncHandoffArgs,
    DeadLetterQueue,
    DeadLetterQueueArgs,
    EncryptionKey,
    EncryptionKeyArgs,
    NotificationService,
    NotificationServiceArgs,
    Operations,
    OperationsArgs,
    TaskService,
    TaskServiceArgs,
)
from stack_config import StackConfig

leave_garbage()
config = StackConfig.load()
key = None
if config.encryption == "customer":
    key = EncryptionKey("data", EncryptionKeyArgs(protect_data=config.protect_data))
alarms = AlarmTopic("alarms", config.alarm_topic(key))
foundation = config.foundation(alarms, key)

dead_letters = DeadLetterQueue(
    "task-events-dead-letters",
    DeadLetterQueueArgs(foundation=foundation, retention_days=config.dead_letter_retention_days),
)
notifications = NotificationService(
    "notifications",
    NotificationServiceArgs(
        foundation=foundation,
        channels=config.channels,
        dead_letter_queue=dead_letters,
        reserved_concurrency=config.notification_reserved_concurrency or None,
    ),
)
task_events = AsyncHandoff(
    "task-events",
    AsyncHandoffArgs(
        foundation=foundation,
        target=notifications.function,
        relay_minimum_age_seconds=config.relay_minimum_age_seconds,
        thresholds=config.handoff_thresholds,
        max_retry_attempts=config.max_retry_attempts,
        max_event_age_seconds=config.max_event_age_seconds,
        dead_letter_queue=dead_letters,
    ),
)
tasks = TaskService(
    "tasks", TaskServiceArgs(foundation=foundation, events=task_events, access=config.api)
)
operations = Operations(
    "operations",
    OperationsArgs(foundation=foundation, watched=[tasks, task_events, notifications]),
)

pulumi.export("apiUrl", tasks.url)
pulumi.export("tasksTableName", tasks.table.name)
pulumi.export("operations", operations.outputs)
