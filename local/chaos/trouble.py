"""What goes wrong beside the wire: processes die, the relay does not run."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from local.chaos.proxy import FaultProxy
from local.stack import DeployedStack
from local.workers import function_processes

_KILL_EVERY_SECONDS = 10
"""Each new process costs a second of a shared core, and takes those that are starting with it."""
_ON_ITS_WAY_SECONDS = 0.5


def through_proxy(stack: DeployedStack, proxy: FaultProxy) -> None:
    """Let every function reach AWS through the proxy. A function's own URL wins."""
    functions = stack.client("lambda")
    for name in stack.function_names().values():
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]
        variables["Variables"]["AWS_ENDPOINT_URL"] = proxy.url
        functions.update_function_configuration(FunctionName=name, Environment=variables)


@contextmanager
def processes_dying(stack: DeployedStack, proxy: FaultProxy, seed: int) -> Iterator[list[str]]:
    """Kill one function's process after the other; yield the list of those that were killed."""
    chance = random.Random(seed)  # noqa: S311 -- chance, not a secret
    over = threading.Event()
    killed: list[str] = []

    def kill() -> None:
        while not over.wait(_KILL_EVERY_SECONDS):
            workers = function_processes(stack)
            if workers:
                worker, name = chance.choice(workers)
                proxy.window.process_killed()
                with suppress(psutil.Error):
                    worker.kill()
                    killed.append(name)
                # What it has sent may still be on its way to the proxy.
                over.wait(_ON_ITS_WAY_SECONDS)
                proxy.window.process_killed()

    killer = threading.Thread(target=kill, name="killer", daemon=True)
    killer.start()
    try:
        yield killed
    finally:
        over.set()
        killer.join()


@contextmanager
def relay_off(stack: DeployedStack) -> Iterator[None]:
    """Keep the relay from running: no concurrency is left to it."""
    functions, name = stack.client("lambda"), stack.function_names()["relay"]
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    try:
        yield
    finally:
        functions.delete_function_concurrency(FunctionName=name)
