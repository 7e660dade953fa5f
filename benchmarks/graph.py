"""What our components add to the time that the same resources take without them."""

from __future__ import annotations

import gc
import importlib
import itertools
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pulumi

from benchmarks.subjects import ROOT
from pulumi_serverless import (
    AsyncHandoff,
    AsyncHandoffArgs,
    Foundation,
    FunctionCode,
    PythonFunction,
    PythonFunctionArgs,
)
from pulumi_serverless.testing import AwsMocks, Graph, Resource, run_program
from pulumi_serverless.testing.program import STACK_TYPE

_HANDLER = "serverless_runtime.shared.metrics.write_metrics"
_CODE = FunctionCode(packages=("serverless_runtime.handoff", "serverless_runtime.shared"))
FOR_THIS_PYTHON = {"pulumi-serverless:bundleFor": "host"}
_UPPER = re.compile(r"(?<!^)([A-Z])")

_TURNS = {1: 10, 10: 3, 100: 1}
"""Hand-offs, and how often they are timed in one process: short runs differ the most."""


def graph_times(rounds: int) -> list[tuple[float, ...]]:
    """Time programs of 1, 10 and 100 handoffs under mocks, each in `rounds` fresh processes.

    Of each: handoffs, resources, seconds, milliseconds of each resource, the seconds that the SDK
    alone takes to register the same resources with the same inputs, and the median of the ratios.
    """
    return [_graph_time(number, rounds) for number in _TURNS]


def graph_calls(number: int) -> tuple[int, int, float]:
    """Return how many functions of Python and of C a program of so many handoffs calls, how many
    the SDK alone does, and the ratio. It repeats to a thousandth, on a busy machine too."""
    [(own, plain)] = _printed(str(number))
    return int(own), int(plain), own / plain


def _graph_time(number: int, rounds: int) -> tuple[float, ...]:
    found = [turn for _ in range(rounds) for turn in _turns_of(number)]
    resources = int(found[0][0])
    seconds = statistics.median(own for _, own, _ in found)
    plain_seconds = statistics.median(plain for _, _, plain in found)
    ratio = statistics.median(own / plain for _, own, plain in found)
    return number, resources, seconds, seconds / resources * 1000, plain_seconds, ratio


def _turns_of(number: int) -> list[tuple[float, float, float]]:
    """Measure that number of handoffs in a process of its own."""
    return [
        (resources, own, plain)
        for resources, own, plain in _printed(str(number), str(_TURNS[number]))
    ]


def _printed(*arguments: str) -> list[list[float]]:
    """Run this module in a process of its own; return the numbers of each line that it prints."""
    done = subprocess.run(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-m", "benchmarks.graph", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [[float(word) for word in line.split()] for line in done.stdout.splitlines()]


def hand_offs(number: int) -> None:
    """Declare callers and targets of their own, with the handoff between them."""
    foundation = Foundation(alarm_topic_arn="arn:aws:sns:eu-west-1:123456789012:t")
    for each in range(number):
        args = PythonFunctionArgs(foundation=foundation, handler=_HANDLER, code=_CODE)
        target = PythonFunction(f"target-{each}", args)
        handoff = AsyncHandoff(
            f"handoff-{each}",
            AsyncHandoffArgs(foundation=foundation, target=target),
        )
        caller = replace(args, environment=handoff.environment)
        handoff.allow_caller(PythonFunction(f"caller-{each}", caller))


def plainly(resources: list[Resource]) -> Callable[[], None]:
    """Return a program that registers the same graph with the SDK's own classes: as many resources
    with the same parents and dependencies, and the same inputs, made of outputs where they are."""
    prepared = [(each, _constructor(each)) for each in resources]

    def program() -> None:
        made: dict[str, Any] = {}
        for each, construct in prepared:
            by_input = itertools.chain(*each.property_dependencies.values())
            urns = set(each.dependencies) - {each.parent, *by_input}
            opts = pulumi.ResourceOptions(
                parent=made.get(each.parent),
                depends_on=[made[urn] for urn in urns if urn in made],
            )
            made[each.urn] = construct(opts, made)

    return program


class _PlainComponent(pulumi.ComponentResource):
    """A component has a class of its own: of one without, the SDK does not record the source."""

    def __init__(self, type_: str, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__(type_, name, {}, opts)


def _constructor(
    resource: Resource,
) -> Callable[[pulumi.ResourceOptions, dict[str, Any]], Any]:
    """Return what makes the resource of its options and of those that were made before."""
    if not resource.custom:
        return lambda opts, _: _PlainComponent(resource.type, resource.name, opts)
    package, module, name = resource.type.split(":")[0], *resource.type.split(":")[1:]
    folder = module.split("/")[0]
    module_name = {"lambda": "lambda_", "index": ""}.get(folder, folder)
    classes = importlib.import_module(f"pulumi_{package}.{module_name}".rstrip("."))
    class_ = getattr(classes, name)
    inputs = {_UPPER.sub(r"_\1", key).lower(): key for key in resource.inputs}

    def construct(opts: pulumi.ResourceOptions, made: dict[str, Any]) -> Any:
        found = {name: _input(resource, key, made) for name, key in inputs.items()}
        return class_(resource.name, **found, opts=opts)

    return construct


def _input(resource: Resource, key: str, made: dict[str, Any]) -> Any:
    """Return an input as it is, or as an output of the outputs that it was made of."""
    value = resource.inputs[key]
    urns = resource.property_dependencies.get(key, ())
    outputs = [made[urn].id for urn in urns if urn in made]
    return pulumi.Output.all(*outputs).apply(lambda _: value) if outputs else value


def _seconds(program: Callable[[], None]) -> tuple[float, Graph]:
    """Return the processor seconds of one run: another process's turn does not count."""
    # What was there before, such as the SDK's modules, is not for this run to look through.
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    started = time.process_time()
    graph = run_program(program, config=FOR_THIS_PYTHON, mocks=AwsMocks())
    return time.process_time() - started, graph


def _calls(program: Callable[[], None]) -> tuple[int, Graph]:
    """Return how many functions are called in one run."""
    made = itertools.count()

    def note(_frame: object, event: str, _argument: object) -> None:
        if event in ("call", "c_call"):
            next(made)

    threading.setprofile(note)  # A program runs in threads of its own.
    try:
        _, graph = _seconds(program)
    finally:
        threading.setprofile(None)
    return next(made), graph


def _measure(number: int, turns: int = 0) -> None:
    """Print a line for each turn: resources, own seconds, those of the SDK alone. Without turns,
    print the calls of both."""
    # Everything is imported before.
    _, small = _seconds(lambda: hand_offs(1))
    _seconds(plainly(without_stack(small)))
    if not turns:
        calls, graph = _calls(lambda: hand_offs(number))
        print(calls, _calls(plainly(without_stack(graph)))[0])  # noqa: T201
    for _ in range(turns):
        own, graph = _seconds(lambda: hand_offs(number))
        resources = without_stack(graph)
        plain, _ = _seconds(plainly(resources))
        print(len(resources), own, plain)  # noqa: T201


def without_stack(graph: Graph) -> list[Resource]:
    """Return the resources that the program declares."""
    return [each for each in graph.all if each.type != STACK_TYPE]


if __name__ == "__main__":
    _measure(*map(int, sys.argv[1:]))
