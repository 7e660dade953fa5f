"""A program of somebody else's: the three components, and nothing of this repository beside it."""

import pulumi

from pulumi_serverless.blocks.api_access import ApiAccess, NoAuth
from pulumi_serverless.blocks.dead_letter_queue import DeadLetterQueue, DeadLetterQueueArgs
from pulumi_serverless.blocks.monitoring.alarm_topic import AlarmTopic, AlarmTopicArgs, Subscriber
from pulumi_serverless.blocks.runtime import Runtime
from pulumi_serverless.handoff.async_handoff import AsyncHandoff, AsyncHandoffArgs
from pulumi_serverless.notification_service.notification_service import (
    NotificationService,
    NotificationServiceArgs,
)
from pulumi_serverless.task_service.task_service import TaskService, TaskServiceArgs
from serverless_runtime.notification_service.settings.email import EmailSettings

runtime = Runtime(bundle_for="host")
dead_letters = DeadLetterQueue("dead-letters", DeadLetterQueueArgs())
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
notifications = NotificationService(
    "notifications",
    NotificationServiceArgs(
        channels=[EmailSettings(sender="from@example.com", recipients=["to@example.com"])],
        dead_letter_queue=dead_letters,
        alarm_topic_arn=alarms.arn,
        runtime=runtime,
    ),
)
task_events = AsyncHandoff(
    "task-events",
    AsyncHandoffArgs(
        target=notifications.function,
        alarm_topic_arn=alarms.arn,
        dead_letter_queue=dead_letters,
        runtime=runtime,
    ),
)
tasks = TaskService(
    "tasks",
    TaskServiceArgs(
        handoff=task_events,
        alarm_topic_arn=alarms.arn,
        runtime=runtime,
        access=ApiAccess(auth=NoAuth()),
    ),
)

pulumi.export("apiUrl", tasks.url)
