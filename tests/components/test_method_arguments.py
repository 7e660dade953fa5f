"""Every public method and function refuses what it cannot use, before it does anything.

They are found, not listed: a new one is tested here as soon as it exists.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import pulumi
import pytest

from pulumi_serverless import Key, Table, TableArgs
from pulumi_serverless.blocks.arguments import Arguments
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.testing import record
from tests.components.a_function import FOUNDATION, a_function
from tests.components.argument_values import classes, modules, samples, value_for, wrong_values

_NO_PARAMETER = {"self", "opts"}
RIGHT = {"actions": ["sqs:SendMessage"], "resources": ["*"], "statistic": "Sum"}
"""What fits the pattern of an annotation."""

_ARE_TESTING = {"record", "run_program"}
"""What they run is a program: anything that can be called."""


def public_methods() -> Iterator[tuple[type[Any] | None, Callable[..., Any]]]:
    for owner in (*classes(Component), *classes(Arguments)):
        for name, member in vars(owner).items():
            if inspect.isfunction(member) and not name.startswith("_"):
                yield owner, member


def public_functions() -> Iterator[tuple[None, Callable[..., Any]]]:
    offered = {
        getattr(module, name)
        for module in modules()
        for name in getattr(module, "__all__", ())
        if inspect.isfunction(getattr(module, name))
    }
    yield from ((None, each) for each in sorted(offered, key=lambda each: each.__qualname__))


CALLED = [
    (owner, function, name)
    for owner, function in (*public_methods(), *public_functions())
    if function.__name__ not in _ARE_TESTING
    for name in inspect.signature(function).parameters
    if name not in _NO_PARAMETER
]


def hints(function: Callable[..., Any]) -> dict[str, Any]:
    names = {"Output": pulumi.Output, "T": Any}
    return get_type_hints(function, localns=names, include_extras=True)


def call_with(owner: type[Any] | None, called: Callable[..., Any], wrong: dict[str, Any]) -> None:
    """Call it with arguments that are right, but for those that are wrong."""
    given = {
        name: RIGHT.get(name) or value_for(name, hints(called)[name], samples())
        for name, parameter in inspect.signature(called).parameters.items()
        if name not in {*_NO_PARAMETER, *wrong} and parameter.default is parameter.empty
    }
    # Nothing of the object is needed: what is wrong is found first.
    called(*([] if owner is None else [object.__new__(owner)]), **given, **wrong)


def test_there_are_methods_and_functions_to_test() -> None:
    tested = {function.__qualname__ for _, function, _ in CALLED}
    assert {"LambdaFunction.allow", "Notifier.subscribe", "api_alarms"} <= tested
    assert len(tested) > 20


@pytest.mark.parametrize(
    ("owner", "function", "name"),
    CALLED,
    ids=[f"{function.__qualname__}-{name}" for _, function, name in CALLED],
)
def test_a_wrong_argument_is_refused_and_named(
    owner: type[Any] | None, function: Callable[..., Any], name: str
) -> None:
    expected = rf"{function.__name__}: .*\b{name}\b.* must .*got "
    for wrong in wrong_values(hints(function)[name]):
        with pytest.raises(ValueError, match=expected) as error:
            call_with(owner, function, {name: wrong})
        assert len(str(error.value)) < 600


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("*", "must be an action such as sqs:SendMessage, got '*'"),
        ("sqs", "must be an action such as sqs:SendMessage, got 'sqs'"),
        ("sqs:Send Message", "must be an action such as sqs:SendMessage, got 'sqs:Send Message'"),
    ],
)
def test_an_action_that_iam_does_not_know_is_refused(action: str, text: str) -> None:
    def program() -> None:
        a_function("worker").allow("send", actions=[action], resources=["*"])

    with pytest.raises(ValueError, match=re.escape(f"PythonFunction.allow: actions[0] {text}")):
        record(program)


@pytest.mark.parametrize("statistic", ["sum", "P99", "Count", "p", "p1000"])
def test_a_statistic_that_cloudwatch_does_not_know_is_refused(statistic: str) -> None:
    with pytest.raises(ValueError, match="metric: statistic must be a statistic"):
        record(lambda: a_function("worker").metric("Errors", statistic))


@pytest.mark.parametrize("asked", ["arn", "metric"])
def test_an_index_that_a_table_does_not_have_is_refused(asked: str) -> None:
    def program() -> None:
        args = TableArgs(
            foundation=FOUNDATION,
            key=Key(partition="id"),
            indexes={"by-owner": Key(partition="owner")},
        )
        table = Table("orders", args)
        if asked == "arn":
            table.index_arn("by-owners")
        else:
            table.metric("ThrottledRequests", "Sum", index="by-owners")

    expected = "index of the table orders must be one of by-owner, got 'by-owners'; did you mean by"
    with pytest.raises(ValueError, match=expected):
        record(program)


def test_what_is_known_only_later_is_accepted_as_a_resource_of_a_permission() -> None:
    def program() -> None:
        later = pulumi.Output.from_input("arn:aws:sqs:eu-west-1:123456789012:work")
        a_function("worker").allow("send", actions=["sqs:SendMessage"], resources=[later])

    assert record(program).named("worker-may-send")
