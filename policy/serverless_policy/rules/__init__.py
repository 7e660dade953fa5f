"""Every rule of the pack."""

from __future__ import annotations

from serverless_policy.rule import Rule
from serverless_policy.rules.access import PRINCIPALS, WILDCARDS
from serverless_policy.rules.alarms import NO_ALARM, NO_SUBSCRIBER
from serverless_policy.rules.api import OPEN_ROUTES
from serverless_policy.rules.consumers import (
    NO_REDRIVE,
    ONE_CONSUMER,
    PARTIAL_FAILURES,
    VISIBILITY,
)
from serverless_policy.rules.data import DATA
from serverless_policy.rules.delivery import FIFO, NO_DESTINATION, TIMEOUT
from serverless_policy.rules.functions import LOGS, RUNTIMES
from serverless_policy.rules.queues import PLAIN_HTTP, UNENCRYPTED
from serverless_policy.rules.topics import TOPIC_PLAIN_HTTP, UNDELIVERED

RULES: tuple[Rule, ...] = (
    *(WILDCARDS, PRINCIPALS, OPEN_ROUTES),
    *(NO_DESTINATION, FIFO, TIMEOUT, NO_ALARM, NO_SUBSCRIBER),
    *(NO_REDRIVE, VISIBILITY, PARTIAL_FAILURES, ONE_CONSUMER),
    *(UNDELIVERED, TOPIC_PLAIN_HTTP),
    *(UNENCRYPTED, PLAIN_HTTP, LOGS, RUNTIMES, DATA),
)
