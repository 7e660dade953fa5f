"""Faults outside the network: processes die, the relay does not run."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from local.emulator.workers import function_processes
from local.scenario.chaos.proxy import FaultProxy
from local.scenario.handoff_stack import HandoffStack

_KILL_EVERY_SECONDS = 10
"""Each new process costs a second of a shared core, and takes those that are starting with it."""
_IN_FLIGHT_SECONDS = 0.5


def through_proxy(stack: HandoffStack, proxy: FaultProxy) -> None:
    """Send every function's requests to AWS through the proxy."""
    functions = stack.client("lambda")
    for name in stack.function_names().values():
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]
        variables["Variables"]["AWS_ENDPOINT_URL"] = proxy.url
        functions.update_function_configuration(FunctionName=name, Environment=variables)


@contextmanager
def processes_dying(stack: HandoffStack, proxy: FaultProxy, seed: int) -> Iterator[list[str]]:
    """Kill one function process after the other; yield the list of those that were killed."""
    rng = random.Random(seed)  # noqa: S311 -- no secret
    stopped = threading.Event()
    killed: list[str] = []

    def kill() -> None:
        while not stopped.wait(_KILL_EVERY_SECONDS):
            workers = function_processes(stack.emulator)
            if workers:
                worker, name = rng.choice(workers)
                proxy.duplicate_window.process_killed()
                with suppress(psutil.Error):
                    worker.kill()
                    killed.append(name)
                # What it has sent may not have reached the proxy yet.
                stopped.wait(_IN_FLIGHT_SECONDS)
                proxy.duplicate_window.process_killed()

    killer = threading.Thread(target=kill, name="killer", daemon=True)
    killer.start()
    try:
        yield killed
    finally:
        stopped.set()
        killer.join()


@contextmanager
def relay_off(stack: HandoffStack) -> Iterator[None]:
    """Keep the relay from running by a concurrency of 0."""
    functions, name = stack.client("lambda"), stack.function_names()["task-events-relay"]
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        functions.delete_function_concurrency(FunctionName=name)
