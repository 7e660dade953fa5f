"""SQS as an event source of Lambda: failures by name, and message groups side by side."""

from __future__ import annotations

import contextvars
import json
from collections.abc import Collection
from importlib import import_module
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="a batch fails as a whole if `batchItemFailures` names no message of it, or is none",
        emulator="ignores such names, and deletes the messages as done",
        workaround="local/emulator/patches/sqs_event_sources.py fails the batch",
    ),
    Difference(
        aws="a FIFO queue feeds several runs of a function, one for each message group",
        emulator="runs one at a time",
        workaround="local/emulator/patches/sqs_event_sources.py limits them by the mapping's "
        "maximum concurrency; the queue itself holds a group back while it is in flight",
    ),
)

_batch: contextvars.ContextVar[Collection[str] | None] = contextvars.ContextVar(
    "batch", default=None
)


def apply() -> None:
    """Fail batches whose failures cannot be told, and run groups at the same time.

    After lambda_functions, by the order of names: a run whose answer is refused was no error of the
    function, and is not counted as one.
    """
    functions: Any = import_module("ministack.services.lambda_svc")
    _fail_batches_with_unknown_failures(functions)
    _run_groups_side_by_side(functions)


def _fail_batches_with_unknown_failures(functions: Any) -> None:
    run_batch, execute = functions._run_sqs_batch, functions._execute_function

    def run_batch_with_names(esm: Any, func: Any, event: Any, batch: Any, *queue: str) -> None:
        reports = "ReportBatchItemFailures" in esm.get("FunctionResponseTypes", [])
        token = _batch.set({message["id"] for message in batch} if reports else None)
        try:
            run_batch(esm, func, event, batch, *queue)
        finally:
            _batch.reset(token)

    def execute_and_check(func: Any, event: Any) -> Any:
        result, names = execute(func, event), _batch.get()
        if names is None or result.get("error") or is_readable(result.get("body"), names):
            return result
        return {**result, "error": True, "body": {"errorMessage": "unknown batchItemFailures"}}

    functions._run_sqs_batch = run_batch_with_names
    functions._execute_function = execute_and_check


def is_readable(body: Any, names: Collection[str]) -> bool:
    """Whether what a function returned says which messages of the batch failed.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    if isinstance(body, str):
        try:
            body = json.loads(body or "null")
        except ValueError:
            return False
    if body is None:
        return True
    if not isinstance(body, dict):
        return False
    failures = body.get("batchItemFailures") or []
    return isinstance(failures, list) and all(
        isinstance(each, dict) and each.get("itemIdentifier") in names for each in failures
    )


def _run_groups_side_by_side(functions: Any) -> None:
    concurrency = functions._sqs_esm_concurrency

    def concurrency_of_any(esm: Any, func: Any, config: Any, _queue: Any = None) -> Any:
        return concurrency(esm, func, config)

    functions._sqs_esm_concurrency = concurrency_of_any
