from __future__ import annotations

from dataclasses import dataclass

import pytest

from serverless_runtime.shared.environment import (
    MissingSettingsError,
    environment_for,
    read_settings,
    variable_name,
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


def test_a_value_that_nothing_reads_stops_the_deployment_too() -> None:
    with pytest.raises(TypeError) as raised:
        environment_for(ExampleWithChoice, table_name="t", topic="a")

    takes = "ExampleWithChoice takes ['table_name', 'topic_arn']"
    assert str(raised.value) == f"{takes}, got ['table_name', 'topic']"


def test_settings_that_a_function_has_more_than_once_have_a_prefix() -> None:
    written = environment_for(Example, prefix="HOOK_", table_name="tasks", topic_arn="arn:t")

    assert written == {"HOOK_TABLE_NAME": "tasks", "HOOK_TOPIC_ARN": "arn:t"}
    assert read_settings(Example, written, prefix="HOOK_").table_name == "tasks"
    with pytest.raises(MissingSettingsError) as raised:
        read_settings(Example, {"TABLE_NAME": "t", "HOOK_TOPIC_ARN": "a"}, prefix="HOOK_")
    assert str(raised.value) == (
        "Example needs HOOK_TABLE_NAME; set them in the function's environment"
    )


@pytest.mark.parametrize(
    ("name", "variable"), [("a", "A"), ("a-b", "A_B"), ("a--1", "A__1"), ("orders2", "ORDERS2")]
)
def test_variables_have_the_name_of_their_component(name: str, variable: str) -> None:
    assert variable_name("queue", name) == variable


@pytest.mark.parametrize("name", ["", "-", "A", "aB", "a_b", "a.b", "a b", "é", "\u0665"])
def test_a_name_that_no_variable_could_carry_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^the name of a queue must be lower-case") as raised:
        variable_name("queue", name)

    assert str(raised.value).endswith(f"named after it; got {name!r}")


@pytest.mark.parametrize(("name", "shown"), [(7, "7"), (["x" * 70], f"['{'x' * 58}")])
def test_a_name_is_text(name: object, shown: str) -> None:
    with pytest.raises(ValueError, match=r"^the name of a queue must be text, got ") as raised:
        variable_name("queue", name)  # type: ignore[arg-type]

    assert str(raised.value).endswith(f" got {shown}")
