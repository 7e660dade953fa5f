"""The metrics of incoming webhooks, for the code that emits them and for alarms and dashboards."""

NAMESPACE = "WebhookIn"

SOURCE = "Source"
"""Dimension: the name of a source."""

GENUINE = "Genuine"
"""Calls whose signature is right, each attempt at one."""

FORGED = "Forged"
"""Calls that were dropped."""
