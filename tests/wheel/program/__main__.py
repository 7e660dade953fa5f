"""Another team's program: its own `components` and `lambdas`, and the library's patterns."""

import pulumi
from components.shop import Shop

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    ApiAccess,
    AsyncHandoff,
    AsyncHandoffArgs,
    DeadLetterQueue,
    DeadLetterQueueArgs,
    EmailSettings,
    Foundation,
    NoAuth,
    NotificationService,
    NotificationServiceArgs,
    Operations,
    OperationsArgs,
    Subscriber,
    TaskService,
    TaskServiceArgs,
)

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
