"""Prints the resources of a program of N hand-offs, its seconds, and those of the SDK alone, a line
for each turn."""

from __future__ import annotations

import gc
import importlib
import re
import sys
import time
from collections.abc import Callable
from typing import Any

import pulumi

from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.runtime import Runtime
from pulumi_serverless.handoff.async_handoff import AsyncHandoff, AsyncHandoffArgs
from pulumi_serverless.testing.mocks import AwsMocks
from pulumi_serverless.testing.program import STACK_TYPE, Graph, run_program
from pulumi_serverless.testing.recorded import Resource

_CODE = FunctionCode(packages=("serverless_runtime.handoff", "serverless_runtime.shared"))
_UPPER = re.compile(r"(?<!^)([A-Z])")


def hand_offs(number: int) -> None:
    """Declare callers and targets of their own, with the handoff between them."""
    runtime = Runtime(bundle_for="host")
    for each in range(number):
        args = PythonFunctionArgs(handler="h.handle", code=_CODE, runtime=runtime)
        target = PythonFunction(f"target-{each}", args)
        handoff = AsyncHandoff(
            f"handoff-{each}",
            AsyncHandoffArgs(
                target=target, alarm_topic_arn="arn:aws:sns:eu-west-1:1:t", runtime=runtime
            ),
        )
        handoff.allow_caller(PythonFunction(f"caller-{each}", args))


def plainly(resources: list[Resource]) -> Callable[[], None]:
    """Return a program that registers the same graph with the SDK's own classes: as many resources
    with the same inputs, parents and dependencies."""
    prepared = [(each, _constructor(each)) for each in resources]

    def program() -> None:
        made: dict[str, Any] = {}
        for each, construct in prepared:
            urns = set(each.dependencies) - {each.parent}
            made[each.urn] = construct(
                pulumi.ResourceOptions(
                    parent=made.get(each.parent),
                    depends_on=[made[urn] for urn in urns if urn in made],
                )
            )

    return program


def _constructor(resource: Resource) -> Callable[[pulumi.ResourceOptions], Any]:
    # Inputs that were outputs of others are known by now.
    if not resource.custom:
        return lambda opts: pulumi.ComponentResource(resource.type, resource.name, {}, opts)
    package, module, name = resource.type.split(":")[0], *resource.type.split(":")[1:]
    folder = module.split("/")[0]
    module_name = {"lambda": "lambda_", "index": ""}.get(folder, folder)
    classes = importlib.import_module(f"pulumi_{package}.{module_name}".rstrip("."))
    made = getattr(classes, name)
    inputs = {_UPPER.sub(r"_\1", key).lower(): value for key, value in resource.inputs.items()}
    return lambda opts: made(resource.name, **inputs, opts=opts)


def seconds(program: Callable[[], None]) -> tuple[float, Graph]:
    """Return the processor seconds of one run: another process's turn does not count."""
    gc.collect()  # What the run before has left is not for this one to clear away.
    started = time.process_time()
    graph = run_program(program, mocks=AwsMocks())
    return time.process_time() - started, graph


def main(number: int, turns: int) -> None:
    """Run both once to import all there is, then in turns for the clock."""
    _, small = seconds(lambda: hand_offs(1))
    seconds(plainly(_without_stack(small)))
    for _ in range(turns):
        own, graph = seconds(lambda: hand_offs(number))
        resources = _without_stack(graph)
        plain, _ = seconds(plainly(resources))
        print(len(resources), own, plain)  # noqa: T201


def _without_stack(graph: Graph) -> list[Resource]:
    return [each for each in graph.all if each.type != STACK_TYPE]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
