"""The router's function, with an old system, a function and a parameter on the other ends."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.connections import Request, Response
from serverless_runtime.strangler import handler
from serverless_runtime.strangler.callers import is_among
from serverless_runtime.strangler.settings.environment import router_environment
from tests.lambdas.service_calls.lambda_side import LambdaSide
from tests.lambdas.strangler.api_events import COMPONENT, LIST, OldSystem, an_event
from tests.lambdas.wire import Moto

PARAMETER = "/shop/stages"
CONTEXT = SimpleNamespace(aws_request_id="1", get_remaining_time_in_millis=lambda: 5_000)


class Facade:
    """One instance of the function."""

    def __init__(self, old: OldSystem, monkeypatch: pytest.MonkeyPatch) -> None:
        self._old, self._patch = old, monkeypatch
        self.reads: list[Request] = []
        self.functions = self.new_side({"statusCode": 200, "body": "new"})
        wire = Moto()
        wire.hooks.append(("GetParameter", self.reads.append))
        monkeypatch.setattr(aws.client("ssm"), "transport", wire)

    def new_side(self, answer: object) -> LambdaSide:
        """Let the new side answer this."""
        functions = LambdaSide(Response(200, {}, json.dumps(answer).encode()))
        self._patch.setattr(aws.client("lambda"), "transport", functions)
        return functions

    def answer(self) -> Any:
        # So that no connection is left open.
        self._old.behaviour = "last"
        return handler.handle(an_event(), CONTEXT)


@pytest.fixture
def facade(
    aws_in_memory: None, old: OldSystem, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Facade]:
    route = {"new": "list", "stage": "new", "sticky_by": "$context.identity.sourceIp"}
    for name, value in router_environment(
        component=COMPONENT,
        parameter_name=PARAMETER,
        read_seconds="60",
        legacy_url=old.url,
        legacy_seconds="5",
        shadow_seconds="1",
        routes=json.dumps({LIST: {**route, "ignored": ["at"]}}),
    ).items():
        monkeypatch.setenv(name, value)
    handler._router.cache_clear()
    yield Facade(old, monkeypatch)
    handler._router.cache_clear()


def store(stages: str) -> None:
    aws.boto3_client("ssm").put_parameter(Name=PARAMETER, Value=stages, Type="String")


def test_a_route_goes_where_the_program_says_unless_operators_say_something_else(
    facade: Facade, old: OldSystem
) -> None:
    store("{}")
    assert facade.answer()["body"] == "new"
    assert old.requests == []

    handler._router.cache_clear()
    aws.boto3_client("ssm").put_parameter(
        Name=PARAMETER, Value=json.dumps({LIST: "legacy"}), Overwrite=True
    )
    assert facade.answer()["statusCode"] == 200
    assert (old.requests, len(facade.functions.requests)) == (["GET /products"], 1)


def test_the_new_side_has_what_is_left_of_the_run_but_a_moment_to_say_so(facade: Facade) -> None:
    store("{}")
    before = time.monotonic()

    facade.answer()

    [request] = facade.functions.requests
    assert request.until is not None
    assert before + 4.7 <= request.until <= time.monotonic() + 4.7


def test_an_instance_keeps_its_stages_and_reads_them_within_a_second(facade: Facade) -> None:
    store("{}")
    before = time.monotonic()
    for _ in range(3):
        facade.answer()

    [read] = facade.reads
    assert json.loads(read.body) == {"Name": PARAMETER}
    assert read.until is not None
    assert before + 1 <= read.until <= time.monotonic() + 1


def test_stages_that_cannot_be_read_are_counted_and_leave_all_to_the_old_system(
    facade: Facade, old: OldSystem, capsys: pytest.CaptureFixture[str]
) -> None:
    facade.answer()

    assert old.requests == ["GET /products"]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    [unreadable] = [line for line in lines if "StagesUnreadable" in line]
    [directive] = unreadable.pop("_aws")["CloudWatchMetrics"]
    assert unreadable == {"Component": COMPONENT, "StagesUnreadable": 1.0}
    assert (directive["Namespace"], directive["Dimensions"]) == ("Strangler", [["Component"]])


def test_what_the_program_ignores_is_no_difference(
    facade: Facade, capsys: pytest.CaptureFixture[str]
) -> None:
    store(json.dumps({LIST: "shadow"}))
    got = json.loads(base64.b64decode(facade.answer()["body"]))
    assert '"Different": 1' in capsys.readouterr().out

    for more, result in (({"at": 1}, "Same"), ({"at": 1, "line": "?"}, "Different")):
        facade.new_side({"statusCode": 200, "body": json.dumps({**got, **more})})
        facade.answer()
        assert f'"{result}": 1' in capsys.readouterr().out


def test_no_release_moves_a_caller_to_the_other_side() -> None:
    first = [
        next(percent for percent in range(101) if is_among(f"customer-{each}", percent, COMPONENT))
        for each in range(20)
    ]

    assert first == [42, 25, 14, 7, 18, 1, 87, 56, 19, 67, 37, 27, 21, 76, 54, 12, 53, 34, 60, 73]
