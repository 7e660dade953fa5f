from __future__ import annotations

from dataclasses import dataclass

import pytest

from serverless_runtime.shared.environment import (
    MissingSettingsError,
    environment_for,
    read_settings,
)


@dataclass(frozen=True, kw_only=True)
class Example:
    table_name: str
    topic_arn: str


def test_what_the_program_writes_the_handler_reads() -> None:
    written = environment_for(Example, table_name="tasks", topic_arn="arn:t")

    assert read_settings(Example, written) == Example(table_name="tasks", topic_arn="arn:t")


@dataclass(frozen=True, kw_only=True)
class ExampleWithChoice:
    table_name: str
    topic_arn: str | None = None


def test_a_setting_with_a_default_may_be_left_out() -> None:
    written = environment_for(ExampleWithChoice, table_name="tasks")

    assert written == {"TABLE_NAME": "tasks"}
    assert read_settings(ExampleWithChoice, written).topic_arn is None
    assert read_settings(ExampleWithChoice, {**written, "TOPIC_ARN": ""}).topic_arn is None
    assert read_settings(ExampleWithChoice, {**written, "TOPIC_ARN": "a"}).topic_arn == "a"


def test_every_missing_variable_is_named_with_what_to_do() -> None:
    expected = "Example needs TABLE_NAME, TOPIC_ARN; set them in the function's environment"

    with pytest.raises(MissingSettingsError, match=expected):
        read_settings(Example, {"TABLE_NAME": ""})


def test_a_forgotten_value_stops_the_deployment() -> None:
    with pytest.raises(TypeError, match=r"takes \['table_name', 'topic_arn'\], got \['table_name'"):
        environment_for(Example, table_name="tasks")
