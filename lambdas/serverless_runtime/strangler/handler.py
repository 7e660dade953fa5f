"""Lambda entry point of a facade's router."""

from __future__ import annotations

import functools
import json
import time
from typing import Any

from serverless_runtime.shared import json_log
from serverless_runtime.shared.metrics import COMPONENT, write_metrics
from serverless_runtime.strangler import metrics
from serverless_runtime.strangler.legacy import Legacy
from serverless_runtime.strangler.new_side import answer_of_new
from serverless_runtime.strangler.router import Route, Router
from serverless_runtime.strangler.settings.environment import read_router_settings
from serverless_runtime.strangler.stage_reader import StageReader, read_parameter

_OWN_SECONDS = 0.3
"""What is left of a run to say that the new side has not answered."""


def handle(event: dict[str, Any], context: Any) -> Any:
    """Answer one request."""
    json_log.configure(context.aws_request_id)
    json_log.bind(correlation_id=event["requestContext"]["requestId"])
    seconds = context.get_remaining_time_in_millis() / 1_000 - _OWN_SECONDS
    return _router().answer(event, time.monotonic() + seconds)


@functools.cache
def _router() -> Router:
    settings = read_router_settings()
    routes = {
        key: Route(each["new"], each["stage"], each["sticky_by"], tuple(each["ignored"]))
        for key, each in json.loads(settings.routes).items()
    }
    reader = StageReader(
        functools.partial(read_parameter, settings.parameter_name),
        {key: route.stage for key, route in routes.items()},
        seconds=float(settings.read_seconds),
        on_failure=functools.partial(_count_unreadable, settings.component),
    )
    return Router(
        settings.component,
        routes,
        stage_of=reader.stage_of,
        ask_legacy=Legacy(settings.legacy_url, float(settings.legacy_seconds)).send,
        ask_new=answer_of_new,
        shadow_seconds=float(settings.shadow_seconds),
    )


def _count_unreadable(component: str) -> None:
    values = {metrics.STAGES_UNREADABLE: ("Count", 1.0)}
    write_metrics(values, {COMPONENT: component}, namespace=metrics.NAMESPACE)
