"""An HTTP API over a table of tasks, which publishes an event for each change."""

from pulumi_serverless.task_service.task_service import TaskService, TaskServiceArgs

__all__ = ["TaskService", "TaskServiceArgs"]
