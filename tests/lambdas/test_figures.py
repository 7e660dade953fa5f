"""The limits that other systems, programs and people rely on.

Tests take a limit from the code, so that none of them would see it change. Who changes one changes
what is promised, and says so here and where it is documented.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from serverless_runtime.shared.aws.client_config import CLIENT_CONFIGS, DEFAULT_CONFIG
from tests.lambdas.test_runtime_arguments import modules

FIGURES: dict[str, dict[str, Any]] = {
    "aggregator.last_answers": {"MAX_KEPT": 500},
    "circuit_breaker.cached_state": {"CACHE_SECONDS": 2},
    "circuit_breaker.rows": {"RETENTION_SECONDS": 1_814_400},
    "circuit_breaker.settings": {
        "FAILURES_TO_OPEN": 5,
        "FIRST_COOL_DOWN_SECONDS": 30,
        "LONGEST_COOL_DOWN_SECONDS": 300,
        "PROBE_SECONDS": 60,
    },
    "contracts.task_event": {"MAX_WIRE_BYTES": 200_000, "MAX_ID_CHARACTERS": 512},
    "fifo_consumer.in_order": {"RETRY_DELAYS_SECONDS": (1, 10, 60)},
    "gatekeeper.keys_service": {"MAX_DAYS": 3_650},
    "handoff.event_limits": {
        "MAX_PAYLOAD_BYTES": 200_000,
        "MAX_ID_BYTES": 512,
        "MAX_LOG_FIELDS_BYTES": 1_000,
        "MAX_ATTRIBUTES_BYTES": 2_000,
    },
    "handoff.handoff": {"MAX_WRITES": 99},
    "handoff.relay.attempts": {"BACKOFF_SECONDS": (60, 120, 240, 480, 900)},
    "handoff.relay.hand_off_due_events": {"HELP_AFTER": 50, "MAX_FAILURES": 1_000},
    "handoff.relay.handler": {
        "STOPS_WITH_SECONDS_LEFT": 40,
        "AT_ONCE": 4,
        "AT_ONCE_ALONE": 16,
    },
    "notification_service.channels.webhook": {"MAX_WAIT_SECONDS": 5},
    "notification_service.channels.webhook_connection": {"POST_SECONDS": 5},
    "notification_service.channels.webhook_exchange": {
        "MAX_HEAD_BYTES": 65_536,
        "MAX_HEADS_BYTES": 1_048_576,
    },
    "notification_service.channels.webhook_responses": {"MAX_RETRY_AFTER_SECONDS": 3_600},
    "notification_service.delivery.every_channel": {"RECORD_SECONDS": 10},
    "notification_service.settings": {"TIMEOUT_SECONDS": 45, "PROBE_SECONDS": 60},
    "once.rows": {"RETENTION_SECONDS": 1_814_400},
    "once.run_once": {"MAX_RESULT_BYTES": 10_000},
    "once.settings": {"LEASE_SECONDS": 60},
    "queue_consumer.batch": {"RETRY_DELAYS_SECONDS": (10, 60, 300), "MAX_DELAY_SECONDS": 43_200},
    "queue_sender.sender": {
        "MAX_MESSAGE_BYTES": 261_888,
        "MAX_ATTRIBUTES": 9,
        "MAX_ID_CHARACTERS": 128,
    },
    "robust_api.handlers.put_on_bus": {"MAX_DETAIL_BYTES": 200_000},
    "robust_api.settings": {
        "REFUSALS": (400, 402, 403, 404, 409, 410, 412, 422, 423, 429, 451),
    },
    "service_calls.envelope": {"MAX_BYTES": 6_291_456},
    "shared.aws.client_config": {"MAX_IDLE_SECONDS": 60, "MAX_LATE_SECONDS": 0.1},
    "shared.message_attributes": {"MAX_ATTRIBUTES": 10},
    "shared.secrets": {"LIFETIME_SECONDS": 300, "MAX_AGE_SECONDS": 900},
    "shared.strict_json": {"MAX_DEPTH": 100},
    "strangler.answers": {"MAX_BODY_BYTES": 4_500_000},
    "strangler.router": {"MAX_WAITING": 10},
    "strangler.settings.stages": {"MAX_PARAMETER_CHARACTERS": 4_096},
    "web.conflict_retries": {"MAX_ATTEMPTS": 6},
    "web.http.body": {"MAX_BYTES": 65_536},
    "web.idempotency": {"RETENTION": timedelta(hours=24)},
    "webhook_in.settings": {"TOLERANCE_SECONDS": 300},
    "webhook_in.signatures": {"MAX_SIGNATURES": 10},
}

KEPT = {
    "aggregator.aggregator._of_this_instance",
    "circuit_breaker.circuit_breaker.of_this_instance",
    "fifo_consumer.in_order._order_of_the_environment",
    "gatekeeper.client._of_this_instance",
    "gatekeeper.handlers.authorize._gatekeeper",
    "gatekeeper.handlers.keep_keys._keys",
    "handoff.relay.handler._adapters",
    "notification_service.handler._adapters",
    "robust_api.handlers.call_service._settings",
    "robust_api.handlers.hand_off._settings",
    "robust_api.handlers.put_on_bus._settings",
    "service_calls.client._of_this_instance",
    "shared.aws.boto3_client",
    "shared.aws.connections._context",
    "shared.aws.container_credentials.container_credentials",
    "shared.aws.errors._combine",
    "shared.aws.parameters._members",
    "shared.aws.signing._key",
    "shared.strict_json_text._no_character",
    "strangler.handler._router",
    "task_service.handlers.get_task._tasks",
    "task_service.handlers.list_tasks._tasks",
    "task_service.handlers.task_writer.task_writer",
    "web.handlers.no_route._methods_by_path",
    "webhook_in.genuine_calls._own_metrics",
    "webhook_in.genuine_calls._own_sources",
}
"""What a process makes when it is first needed, and has from then on: clients, settings, keys."""


def is_figure(value: object) -> bool:
    if isinstance(value, tuple):
        return type(value) is tuple and bool(value) and all(map(is_figure, value))
    return isinstance(value, int | float | timedelta) and not isinstance(value, bool)


def assigned(path: str) -> Iterator[str]:
    """Yield the public names that a module itself gives something to."""
    for statement in ast.parse(Path(path).read_text()).body:
        if isinstance(statement, ast.Assign):
            names = [each.id for each in statement.targets if isinstance(each, ast.Name)]
            yield from (name for name in names if name.isupper() and not name.startswith("_"))


def test_every_public_figure_is_what_is_promised() -> None:
    found: dict[str, dict[str, Any]] = {}
    for module in modules():
        for name in assigned(str(module.__file__)):
            if is_figure(value := getattr(module, name)):
                short = module.__name__.removeprefix("serverless_runtime.")
                found.setdefault(short, {})[name] = value

    assert {module: found.get(module) for module in FIGURES} == FIGURES


def test_each_service_has_its_time_and_attempts() -> None:
    assert DEFAULT_CONFIG == (60, 3, 1)
    assert CLIENT_CONFIGS == {
        "dynamodb": (2, 3, 1),
        "lambda": (3, 2, 1),
        "sqs": (3, 2, 1),
        "sesv2": (10, 1, 1),
        "sns": (5, 1, 1),
        "events": (3, 2, 1),
        "secretsmanager": (3, 1, 1),
        "ssm": (3, 1, 1),
    }
    assert [CLIENT_CONFIGS[each].max_seconds for each in ("dynamodb", "lambda")] == [9, 8]


def test_each_instance_makes_these_once() -> None:
    found = {
        f"{module.__name__.removeprefix('serverless_runtime.')}.{name}"
        for module in modules()
        for name, each in vars(module).items()
        if hasattr(each, "cache_info") and each.__module__ == module.__name__
    }

    assert found >= KEPT
