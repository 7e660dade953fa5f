"""Events for whoever wants them: publishers do not know their subscribers."""

from pulumi_serverless.notifier.notifier import Notifier, NotifierArgs, SubscriberArgs

__all__ = ["Notifier", "NotifierArgs", "SubscriberArgs"]
