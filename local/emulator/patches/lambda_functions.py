"""Lambda: metrics of every attempt, and invocations that wait for a free worker."""

from __future__ import annotations

import contextvars
import os
import threading
import time
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference
from local.emulator.patches.cloudwatch import record_metric

DIFFERENCES = (
    Difference(
        aws="Lambda counts every attempt at an event, its age, and the events it drops",
        emulator="counts responses of its Invoke API; a failed event is not an error",
        workaround="local/emulator/patches/lambda_functions.py counts as documented by AWS",
    ),
    Difference(
        aws="every concurrent invocation gets its own execution environment, at once",
        emulator="starts a process for each, and a burst of hundreds times out on a few cores",
        workaround="an invocation waits for a free worker once its function has four per core",
    ),
)

_WORKERS_PER_FUNCTION = 4 * (os.cpu_count() or 1)
_LOOK_AGAIN_SECONDS = 1
"""New code makes room for workers without a release."""

_queued_at: contextvars.ContextVar[float | None] = contextvars.ContextVar("queued_at", default=None)


def apply() -> None:
    """Patch how functions are invoked and counted."""
    functions: Any = import_module("ministack.services.lambda_svc")
    wait_for_workers(functions)
    _count_every_attempt(functions)
    _count_asynchronous_events(functions)


def wait_for_workers(functions: Any) -> None:
    """Let an invocation wait once a function has as many workers as this machine can run.

    MiniStack starts a process for every concurrent invocation. A burst of 500 would start 500 on
    a few cores, and all of them would time out. A function that waits for another run of itself
    would wait forever here.
    """
    acquire, release = functions.acquire_worker, functions.release_worker
    conditions: dict[str, threading.Condition] = {}

    def acquire_or_wait(name: str, *args: Any, **kwargs: Any) -> tuple[Any, str]:
        limited = {**kwargs, "max_concurrency": _WORKERS_PER_FUNCTION}
        freed = conditions.setdefault(name, threading.Condition())
        with freed:
            while True:
                worker, how = acquire(name, *args, **limited)
                if worker is not None:
                    return worker, how
                freed.wait(_LOOK_AGAIN_SECONDS)

    def release_and_tell(worker: Any) -> None:
        release(worker)
        if worker is not None:
            freed = conditions[worker.func_name]
            with freed:
                freed.notify()
            return
        # One could not start, and all workers of its function are gone: it is not said whose.
        for freed in list(conditions.values()):
            with freed:
                freed.notify_all()

    functions.acquire_worker = acquire_or_wait
    functions.release_worker = release_and_tell


def _count_every_attempt(functions: Any) -> None:
    run, emit = functions._execute_function, functions._emit_lambda_metrics

    def run_and_count(func: Any, event: Any) -> Any:
        config = func.get("config") or func
        if functions._function_config_scope_mismatch(config):
            return run(func, event)  # Returns here under the right account.
        name, started = config.get("FunctionName", "unknown"), time.time()
        queued_at = _queued_at.get()
        if queued_at is not None:
            _record("AsyncEventAge", (started - queued_at) * 1000, name)
        result = run(func, event)
        if not result.get("throttle"):
            took_ms = (time.time() - started) * 1000
            emit(name, duration_ms=took_ms, error=bool(result.get("error")), throttle=False)
        return result

    def emit_throttles(name: str, duration_ms: float, error: bool, throttle: bool) -> None:
        if throttle:
            _record("Throttles", 1, name)

    functions._execute_function = run_and_count
    functions._emit_lambda_metrics = emit_throttles


def _count_asynchronous_events(functions: Any) -> None:
    """Received, dropped (those sent to a destination, too) and rejected by the destination."""
    queue, route = functions.invoke_async_with_retry, functions._route_async_failure

    def queue_and_count(func: Any, event: Any) -> None:
        config = func.get("config") or func
        _record("AsyncEventsReceived", 1, config.get("FunctionName"))
        token = _queued_at.set(time.time())
        try:
            queue(func, event)
        finally:
            _queued_at.reset(token)

    def route_and_count(target_arn: str, name: str, event: Any, result: Any) -> None:
        _record("AsyncEventsDropped", 1, name)
        sqs = import_module("ministack.services.sqs")
        if ":sqs:" in target_arn and sqs._queue_by_arn(target_arn) is None:
            _record("DestinationDeliveryFailures", 1, name)
        route(target_arn, name, event, result)

    functions.invoke_async_with_retry = queue_and_count
    functions._route_async_failure = route_and_count


def _record(metric: str, value: float, function_name: str) -> None:
    record_metric("AWS/Lambda", metric, value, FunctionName=function_name)
