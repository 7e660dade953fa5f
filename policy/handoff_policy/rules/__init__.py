"""Every rule of the pack."""

from __future__ import annotations

from handoff_policy.rule import Rule
from handoff_policy.rules.access import PRINCIPALS, WILDCARDS
from handoff_policy.rules.api import OPEN_ROUTES
from handoff_policy.rules.data import DATA
from handoff_policy.rules.delivery import FIFO, NO_DESTINATION, TIMEOUT
from handoff_policy.rules.functions import LOGS, RUNTIMES
from handoff_policy.rules.queues import PLAIN_HTTP, UNENCRYPTED
from handoff_policy.rules.telling import NO_ALARM, NO_SUBSCRIBER

RULES: tuple[Rule, ...] = (
    *(WILDCARDS, PRINCIPALS, OPEN_ROUTES),
    *(NO_DESTINATION, FIFO, TIMEOUT, NO_ALARM, NO_SUBSCRIBER),
    *(UNENCRYPTED, PLAIN_HTTP, LOGS, RUNTIMES, DATA),
)
