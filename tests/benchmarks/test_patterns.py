"""Every pattern has a unit of work that is counted, and budgets for it."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.counts import read_budgets
from benchmarks.demands import DEMANDS
from benchmarks.patterns import Unit, declared
from benchmarks.process import python, run
from benchmarks.stub import stub
from benchmarks.subjects import CREDENTIALS, runtime_packages
from benchmarks.units import UNITS
from tests.program.programs import ROOT

# What no pattern is, and what has rows of its own: a create is a handoff.
OTHERS = {"blocks", "testing", "handoff", "task_service"}
_UNITS = 5

# What the bare versions do without: outboxes, order after a failure, and what was sent before.
_LESS = {
    "notifier": {"DeleteItem": 0},
    "fifo-consumer": {"GetItem": 0},
    "robust-api": {"DeleteItem": 0},
    "notification-service": {"UpdateItem": 0},
}
# Each program in a process of its own, for which boto3 and what it knows of AWS are not read again.
_EACH = """
import os, boto3
boto3.client("lambda")
failed = []
for name, (program, environment) in {programs!r}.items():
    if not (child := os.fork()):
        os.environ.update(environment)
        exec(program, {{}})
    if os.waitpid(child, 0)[1]:
        failed.append(name)
assert not failed, failed
"""
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
COMPONENTS = ROOT / "components" / "pulumi_serverless"


def test_every_pattern_is_counted() -> None:
    patterns = {path.parent.name for path in COMPONENTS.glob("*/__init__.py")} - OTHERS

    assert {name.replace("_", "-") for name in patterns} <= {each.name for each in UNITS}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_pattern_has_budgets_for_all_that_is_counted_of_it(unit: Unit) -> None:
    tables = ("init", "warm", "requests", "connections")

    assert {f"{table}.{unit.name}" for table in tables} <= set(read_budgets())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_sends_the_requests_of_the_model_with_the_environment_of_its_program(
    unit: Unit, tmp_path: Path
) -> None:
    with stub() as server:
        run(unit.work(tmp_path, _UNITS), unit.environment(server.url))

    # What only the first one sends, such as reads of what is cached, is less than one of each.
    assert server.operations
    each = {name: sent // _UNITS for name, sent in Counter(server.operations).items()}
    assert {name: sent for name, sent in each.items() if sent} == DEMANDS[unit.name].operations


@pytest.fixture(scope="module")
def sent_by_bare() -> dict[str, Counter[str]]:
    """What the bare version of each unit has sent."""
    with ExitStack() as stack:
        servers = {unit.name: stack.enter_context(stub()) for unit in UNITS}
        programs = {
            unit.name: (unit.bare_work(_UNITS)[-1], unit.bare_environment(servers[unit.name].url))
            for unit in UNITS
        }
        run(python(runtime_packages(), _EACH.format(programs=programs)), CREDENTIALS)
    return {name: Counter(server.operations) for name, server in servers.items()}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_bare_version_of_a_unit_does_the_same_work_with_no_other_requests(
    unit: Unit, sent_by_bare: dict[str, Counter[str]]
) -> None:
    once = {"GetSecretValue": 1}
    known = {**DEMANDS[unit.name].operations, **_LESS.get(unit.name, {})}
    sent = sent_by_bare[unit.name]
    assert {name: times // _UNITS for name, times in (sent - Counter(once)).items()} == {
        name: times for name, times in known.items() if times
    }


@pytest.mark.parametrize("example", ["frugal_consumer", "fifo_consumer", "scalable_webhook"])
def test_a_queue_has_the_concurrency_that_its_example_declares(example: str) -> None:
    [mapping] = declared(ROOT / "examples" / example).of_type(MAPPING)
    [queue] = DEMANDS[example.replace("_", "-")].queues

    assert mapping.inputs["scalingConfig"] == {"maximumConcurrency": queue.max_concurrency}
    assert mapping.inputs["batchSize"] == queue.batch(10)


def test_both_sides_of_a_request_in_shadow_are_asked_and_say_the_same(tmp_path: Path) -> None:
    [unit] = [each for each in UNITS if each.name == "strangler"]

    with stub() as server:
        printed = run(unit.work(tmp_path, 1), unit.environment(server.url))

    assert '"Same": 1' in printed


def test_a_unit_that_fails_is_not_counted(tmp_path: Path) -> None:
    [unit] = [each for each in UNITS if each.name == "internal-api"]

    with pytest.raises(RuntimeError, match=r"AssertionError: .*'statusCode': 502"):
        run(unit.work(tmp_path, 1), unit.environment("http://127.0.0.1:9"))
