"""A program of somebody else's: its own `components` and `lambdas`, and the library's patterns."""

import pulumi
from components.shop import Shop

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    ApiAccess,
    DeadLetterQueue,
    DeadLetterQueueArgs,
    Foundation,
    NoAuth,
    Operations,
    OperationsArgs,
    Subscriber,
)
from pulumi_serverless.handoff import AsyncHandoff, AsyncHandoffArgs
from pulumi_serverless.notification_service import (
    EmailSettings,
    NotificationService,
    NotificationServiceArgs,
)
from pulumi_serverless.task_service import TaskService, TaskServiceArgs

on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(
    alarm_topic_arn=alarms.arn, protect_data=False, runbook_url="https://runbooks.example.com"
)

shop = Shop("shop", foundation)

dead_letters = DeadLetterQueue("dead-letters", DeadLetterQueueArgs(foundation=foundation))
notifications = NotificationService(
    "notifications",
    NotificationServiceArgs(
        foundation=foundation,
        channels=[EmailSettings(sender="from@example.com", recipients=["to@example.com"])],
        dead_letter_queue=dead_letters,
    ),
)
task_events = AsyncHandoff(
    "task-events",
    AsyncHandoffArgs(
        foundation=foundation, target=notifications.function, dead_letter_queue=dead_letters
    ),
)
tasks = TaskService(
    "tasks",
    TaskServiceArgs(foundation=foundation, events=task_events, access=ApiAccess(auth=NoAuth())),
)
operations = Operations(
    "operations",
    OperationsArgs(
        foundation=foundation,
        watched=[shop.receipts, tasks, task_events, notifications],
        functions=[shop.take_order, shop.print_receipt],
    ),
)

pulumi.export("apiUrl", tasks.url)
pulumi.export("takeOrder", shop.take_order.name)
pulumi.export("receiptsTableName", shop.table.name)
pulumi.export("operations", operations.outputs)
