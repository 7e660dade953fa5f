"""Makes the emulator's CloudWatch what the local runner needs; runs in the emulator's own Python.

Parts of MiniStack are replaced, which is why its version is pinned: see `install`.
"""

from __future__ import annotations

import contextvars
import json
import time
import uuid
from typing import Any

from ministack.core.responses import json_response
from ministack.services import apigateway, cloudwatch, cloudwatch_logs, lambda_svc

_SERVER_ERROR = 500
_CLIENT_ERROR = 400

# What MiniStack forgets of an alarm.
_FORGOTTEN = ("Metrics", "WarmUpConfiguration", "EvaluateLowSampleCountPercentile")
_ONE_METRIC = ("Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Period")

_queued_at: contextvars.ContextVar[float | None] = contextvars.ContextVar("queued_at", default=None)


def install() -> None:
    """Replace what differs from AWS: alarms, metrics of functions and APIs, saved queries."""
    _leave_alarms_to_the_runner()
    _keep_whole_alarms()
    _count_every_run()
    _count_asynchronous_events()
    _count_requests()
    _keep_saved_queries()


def _leave_alarms_to_the_runner() -> None:
    """MiniStack knows no dimensions, missing data or metric math here; local/alarms.py does."""
    cloudwatch._evaluate_alarm = lambda _alarm: None


def _keep_whole_alarms() -> None:
    put = cloudwatch._put_metric_alarm

    def put_whole(params: Any, given: Any, *protocol: bool, **named: bool) -> Any:
        answer = put(params, given, *protocol, **named)
        alarm = cloudwatch._alarms.get(given.get("AlarmName", ""))
        if alarm is not None:
            alarm.update({key: given[key] for key in _FORGOTTEN if key in given})
            if "Metrics" in given:
                for key in _ONE_METRIC:
                    alarm.pop(key, None)
        return answer

    cloudwatch._put_metric_alarm = put_whole


def _count_every_run() -> None:
    """MiniStack counts what its Invoke API answers, and a failed event not at all."""
    run, emit = lambda_svc._execute_function, lambda_svc._emit_lambda_metrics

    def run_and_count(func: Any, event: Any) -> Any:
        config = func.get("config") or func
        if lambda_svc._function_config_scope_mismatch(config):
            return run(func, event)  # Comes back here under the right account.
        name, started = config.get("FunctionName", "unknown"), time.time()
        queued_at = _queued_at.get()
        if queued_at is not None:
            _record("AWS/Lambda", "AsyncEventAge", (started - queued_at) * 1000, FunctionName=name)
        result = run(func, event)
        if not result.get("throttle"):
            took_ms = (time.time() - started) * 1000
            emit(name, duration_ms=took_ms, error=bool(result.get("error")), throttle=False)
        return result

    def emit_throttles(name: str, duration_ms: float, error: bool, throttle: bool) -> None:
        if throttle:
            _record("AWS/Lambda", "Throttles", 1, FunctionName=name)

    lambda_svc._execute_function = run_and_count
    lambda_svc._emit_lambda_metrics = emit_throttles


def _count_asynchronous_events() -> None:
    """Received, dropped (those that went to a destination, too) and refused by the destination."""
    queue, route = lambda_svc.invoke_async_with_retry, lambda_svc._route_async_failure

    def queue_and_count(func: Any, event: Any) -> None:
        config = func.get("config") or func
        _record("AWS/Lambda", "AsyncEventsReceived", 1, FunctionName=config.get("FunctionName"))
        token = _queued_at.set(time.time())
        try:
            queue(func, event)
        finally:
            _queued_at.reset(token)

    def route_and_count(target_arn: str, name: str, event: Any, result: Any) -> None:
        from ministack.services import sqs  # noqa: PLC0415 -- as MiniStack does, it is a cycle

        _record("AWS/Lambda", "AsyncEventsDropped", 1, FunctionName=name)
        if ":sqs:" in target_arn and sqs._queue_by_arn(target_arn) is None:
            _record("AWS/Lambda", "DestinationDeliveryFailures", 1, FunctionName=name)
        route(target_arn, name, event, result)

    lambda_svc.invoke_async_with_retry = queue_and_count
    lambda_svc._route_async_failure = route_and_count


def _count_requests() -> None:
    """Per API, as an HTTP API without detailed metrics does."""
    answer = apigateway._handle_execute_in_scope

    async def answer_and_count(api_id: str, *request: Any, **named: Any) -> Any:
        started = time.time()
        answered = await answer(api_id, *request, **named)
        status = int(answered[0])
        counts = {
            "Count": 1,
            "4xx": int(_CLIENT_ERROR <= status < _SERVER_ERROR),
            "5xx": int(status >= _SERVER_ERROR),
            "Latency": (time.time() - started) * 1000,
        }
        for name, value in counts.items():
            _record("AWS/ApiGateway", name, value, ApiId=api_id)
        return answered

    apigateway._handle_execute_in_scope = answer_and_count


def _keep_saved_queries() -> None:
    """MiniStack knows no QueryDefinition at all. They are kept, and asked by nobody."""
    handle, kept = cloudwatch_logs.handle_request, dict[str, dict[str, Any]]()

    async def handle_queries_too(
        method: str, path: str, headers: Any, body: Any, query_params: Any
    ) -> Any:
        operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        given = json.loads(body) if body else {}
        match operation:
            case "PutQueryDefinition":
                query_id = given.get("queryDefinitionId") or str(uuid.uuid4())
                kept[query_id] = {**given, "queryDefinitionId": query_id}
                return json_response({"queryDefinitionId": query_id})
            case "DescribeQueryDefinitions":
                prefix = given.get("queryDefinitionNamePrefix", "")
                found = [each for each in kept.values() if each["name"].startswith(prefix)]
                return json_response({"queryDefinitions": found})
            case "DeleteQueryDefinition":
                gone = kept.pop(given["queryDefinitionId"], None)
                return json_response({"success": gone is not None})
        return await handle(method, path, headers, body, query_params)

    cloudwatch_logs.handle_request = handle_queries_too


def _record(namespace: str, name: str, value: float, **dimensions: str) -> None:
    cloudwatch.record_metric(namespace, name, value, "None", dimensions)
