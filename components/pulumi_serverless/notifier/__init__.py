"""Events for whoever wants them: publishers do not know their subscribers."""

from pulumi_serverless.notifier.notifier import Notifier, NotifierArgs

__all__ = ["Notifier", "NotifierArgs"]
