"""A program of somebody else's: the three components, and nothing of this repository beside it."""

import pulumi

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
    Subscriber,
    TaskService,
    TaskServiceArgs,
)

on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn)
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

pulumi.export("apiUrl", tasks.url)
