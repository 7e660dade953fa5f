"""`strangler`: what the routes' stages are, and setting one."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from serverless_ops.cli import commands
from serverless_ops.context import Context
from serverless_runtime.strangler.metrics import NAMESPACE
from tests.ops.fakes import aws_client, ended, stack_outputs

PARAMETER = "front-stages-1a2b3c4"
LIST, ORDER = "GET /products", "POST /orders"
FACADE: dict[str, Any] = {
    "parameterName": PARAMETER,
    "component": "shop-dev-front",
    "routes": {LIST: "20", ORDER: "legacy"},
    "readSeconds": 5,
}


class Operator:
    """Types `strangler` commands on a stack."""

    def __init__(self) -> None:
        self.clients = {name: aws_client(name) for name in ("ssm", "cloudwatch")}
        self.facades: dict[str, Any] = {"front": FACADE}
        self.now = datetime.now(UTC)
        self.sets("{}")

    def types(self, *words: str) -> Result:
        context = Context(
            client=lambda service, _: self.clients[service],
            run=lambda _: ended(0, stack_outputs(movingRoutes=self.facades)),
            local_folder=Path("/nonexistent"),
            now=lambda: self.now,
        )
        return CliRunner().invoke(commands, ["strangler", *words, "--stack", "dev"], obj=context)

    def sets(self, text: str) -> None:
        self.clients["ssm"].put_parameter(Name=PARAMETER, Value=text, Type="String", Overwrite=True)

    def stages(self) -> Any:
        found = self.clients["ssm"].get_parameter(Name=PARAMETER)["Parameter"]
        assert found["Type"] == "String"
        return json.loads(found["Value"])

    def counted(self, route: str, *, minutes_ago: int = 1, **counts: float) -> None:
        dimensions = {"Component": "shop-dev-front", "Route": route}
        self.clients["cloudwatch"].put_metric_data(
            Namespace=NAMESPACE,
            MetricData=[
                {
                    "MetricName": name,
                    "Dimensions": [{"Name": k, "Value": v} for k, v in dimensions.items()],
                    "Timestamp": self.now - timedelta(minutes=minutes_ago),
                    "Value": value,
                }
                for name, value in counts.items()
            ],
        )


@pytest.fixture
def operator() -> Iterator[Operator]:
    with mock_aws():
        yield Operator()


def test_each_route_is_shown_with_who_answers_it_and_how_sides_compare(operator: Operator) -> None:
    operator.counted(LIST, AnsweredByLegacy=8, AnsweredByNew=2, ServerErrors=1, Same=3, Different=1)
    operator.counted(LIST, minutes_ago=90, AnsweredByLegacy=500)

    result = operator.types("status")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{LIST}: 20 %: the new function answers so many of a hundred callers",
        "    as the program declares",
        "    10 requests in 60 minutes: 8 by legacy, 2 by new, 1 with a 5xx",
        "    in shadow: 3 same, 1 different, 0 not compared",
        f"{ORDER}: legacy: the old system answers",
        "    as the program declares",
        "    0 requests in 60 minutes: 0 by legacy, 0 by new, 0 with a 5xx",
    ]


def test_what_was_set_is_shown_with_what_is_declared_and_when(operator: Operator) -> None:
    operator.sets(json.dumps({LIST: "new"}))
    operator.now = datetime.now(UTC) + timedelta(minutes=7)

    lines = operator.types("status", "--minutes", "1").stdout.splitlines()

    assert lines[0] == f"{LIST}: new: the new function answers"
    assert lines[1] == "    set by hand; the program declares 20 %"
    assert lines[2].startswith("    0 requests in 1 minute:")
    assert "7m" in lines[-1]


def test_json_has_the_same(operator: Operator) -> None:
    operator.sets(json.dumps({LIST: "new"}))
    operator.counted(LIST, AnsweredByNew=2)

    shown = json.loads(operator.types("status", "--json").stdout)

    assert shown["facade"] == "front"
    assert shown["routes"][LIST] == {
        "stage": "new",
        "declared": "20",
        "by_legacy": 0,
        "by_new": 2,
        "server_errors": 0,
        "same": 0,
        "different": 0,
        "not_compared": 0,
    }


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        *(("legacy", "legacy"), ("0", "legacy"), ("shadow", "shadow"), ("5", "5"), ("50%", "50")),
        *(("100", "new"), ("new", "new")),
    ],
)
def test_a_stage_is_set(operator: Operator, given: str, stage: str) -> None:
    operator.sets(json.dumps({ORDER: "new"}))

    result = operator.types("set", LIST, given)

    assert result.exit_code == 0
    assert operator.stages() == {LIST: stage, ORDER: "new"}
    assert result.stdout.endswith("all instances notice within 5 seconds.\n")


def test_a_route_is_as_declared_again(operator: Operator) -> None:
    operator.sets(json.dumps({LIST: "new", "GET /gone": "new"}))

    result = operator.types("set", LIST, "declared")

    assert operator.stages() == {}
    assert "is as declared, 20 %" in result.stdout


def test_setting_what_is_set_changes_nothing(operator: Operator) -> None:
    operator.sets(json.dumps({LIST: "new"}))
    before = operator.clients["ssm"].get_parameter(Name=PARAMETER)["Parameter"]["Version"]

    result = operator.types("set", f" {LIST.replace(' ', '  ')} ", "new")

    after = operator.clients["ssm"].get_parameter(Name=PARAMETER)["Parameter"]["Version"]
    assert (result.exit_code, "nothing was changed" in result.stdout, after) == (0, True, before)


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("GET /orders", "new"), 1, f"no moving route 'GET /orders'; there are: {LIST}, {ORDER}"),
        ((ORDER, "shadow"), 1, "a change would be made twice"),
        ((LIST, "101"), 2, "a percentage from 0 to 100, or declared, got '101'"),
        ((LIST, "most"), 2, "got 'most'"),
        ((LIST,), 2, "Missing argument 'STAGE'"),
    ],
)
def test_what_cannot_be_set_is_refused(
    operator: Operator, words: tuple[str, ...], code: int, error: str
) -> None:
    result = operator.types("set", *words)

    assert (result.exit_code, operator.stages()) == (code, {})
    assert error in " ".join(result.stderr.split())


def test_one_of_several_facades_has_to_be_named(operator: Operator) -> None:
    operator.facades = {"front": FACADE, "back": FACADE}

    assert operator.types("set", LIST, "new").exit_code == 2
    assert operator.types("set", LIST, "new", "--component", "front").exit_code == 0
    assert (
        "--component is one of back, front" in operator.types("status", "--component", "x").stderr
    )


def test_a_stack_without_a_facade_is_told(operator: Operator) -> None:
    operator.facades = {}

    result = operator.types("status")

    assert (result.exit_code, "no strangler facade" in result.stderr) == (3, True)


@pytest.mark.parametrize("words", [("status",), ("set", LIST, "legacy")])
def test_a_parameter_that_was_edited_badly_is_told_with_what_to_do(
    operator: Operator, words: tuple[str, ...]
) -> None:
    operator.sets('{"GET /products": "most"}')

    result = operator.types(*words)

    assert result.exit_code == 3
    assert f"aws ssm put-parameter --overwrite --name {PARAMETER}" in result.stderr


def test_the_repair_that_is_told_keeps_what_can_be_read(operator: Operator) -> None:
    operator.sets(json.dumps({LIST: "most", ORDER: "new"}))

    words = shlex.split(" ".join(operator.types("set", LIST, "legacy").stderr.split()))
    operator.sets(words[words.index("--value") + 1])

    assert operator.stages() == {ORDER: "new"}
    assert operator.types("set", LIST, "legacy").exit_code == 0
    assert operator.stages() == {ORDER: "new", LIST: "legacy"}


class Busy:
    """SSM, while others set stages between reading and writing."""

    def __init__(self, operator: Operator, values: list[str]) -> None:
        self._ssm = operator.clients["ssm"]
        self._values = values

    def get_parameter(self, **given: Any) -> Any:
        return self._ssm.get_parameter(**given)

    def put_parameter(self, **given: Any) -> Any:
        if self._values:
            others = self._values.pop(0)
            self._ssm.put_parameter(Name=PARAMETER, Value=others, Overwrite=True)
        return self._ssm.put_parameter(**given)


def test_what_others_set_at_the_same_time_stays(operator: Operator) -> None:
    ssm = operator.clients["ssm"]
    operator.sets(json.dumps({ORDER: "legacy"}))
    operator.clients["ssm"] = Busy(
        operator, [json.dumps({ORDER: "7", LIST: "new"}), json.dumps({ORDER: "8"})]
    )

    result = operator.types("set", LIST, "legacy")

    operator.clients["ssm"] = ssm
    assert result.exit_code == 0, result.stderr
    assert operator.stages() == {ORDER: "8", LIST: "legacy"}


def test_a_parameter_that_never_rests_is_told(operator: Operator) -> None:
    operator.clients["ssm"] = Busy(operator, [json.dumps({ORDER: str(n)}) for n in range(1, 50)])

    result = operator.types("set", LIST, "legacy")

    assert (result.exit_code, "at the same time, 5 times" in result.stderr) == (3, True)


@pytest.mark.parametrize("minutes", [1, 120, 121, 1_439, 1_440])
def test_no_more_sums_are_asked_for_than_cloudwatch_returns(
    operator: Operator, minutes: int
) -> None:
    asked = list[dict[str, Any]]()

    class CloudWatch:
        def get_metric_statistics(self, **given: Any) -> dict[str, Any]:
            asked.append(given)
            return {"Datapoints": []}

    operator.clients["cloudwatch"] = CloudWatch()
    assert operator.types("status", "--minutes", str(minutes)).exit_code == 0

    for each in asked:
        seconds = (each["EndTime"] - each["StartTime"]).total_seconds()
        assert minutes * 60 <= seconds <= 1_440 * each["Period"]
        assert each["StartTime"].timestamp() % each["Period"] == 0


def test_a_day_is_counted(operator: Operator) -> None:
    operator.counted(LIST, minutes_ago=1_430, AnsweredByLegacy=5)
    operator.counted(LIST, AnsweredByLegacy=2)

    assert "7 requests in 1440 minutes" in operator.types("status", "--minutes", "1440").stdout


def test_a_parameter_that_is_not_there_is_told(operator: Operator) -> None:
    operator.clients["ssm"].delete_parameter(Name=PARAMETER)

    result = operator.types("status")

    assert (result.exit_code, "there is no such parameter" in result.stderr) == (3, True)
