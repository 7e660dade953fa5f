"""Every class of arguments refuses what it cannot use, at construction, with an explanation.

The classes are found, not listed: a new one is tested here as soon as it exists.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_serverless import (
    ApiAccess,
    DeadLetterQueue,
    DeadLetterQueueArgs,
    Foundation,
    HttpApi,
    HttpApiArgs,
    NoAuth,
    PythonFunction,
)
from pulumi_serverless.blocks.annotation_checks import check_of
from pulumi_serverless.blocks.arguments import Arguments, annotations_of
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.routes import slug
from pulumi_serverless.testing import record
from tests.components.a_function import FOUNDATION, a_function
from tests.components.argument_values import (
    ARGUMENTS,
    classes,
    modules,
    refusal,
    sample,
    samples,
    wrong_values,
)

FIELDS = [(owner, name) for owner in ARGUMENTS for name in annotations_of(owner)]
OUTPUT_FIELDS = [
    (owner, name) for owner, name in FIELDS if "Output" in str(annotations_of(owner)[name])
]
NO_ARGUMENTS = {"Target", "Name", "Permission", "Locked"}
"""What no user of the library makes."""


def test_every_class_with_arguments_checks_them() -> None:
    public = {
        each
        for module in modules()
        for each in vars(module).values()
        if dataclasses.is_dataclass(each)
        and inspect.isclass(each)
        and each.__module__.startswith("pulumi_serverless.")
        and not hasattr(each, "require")
        and not each.__name__.startswith("_")
    }
    mutable = {
        each.__name__
        for each in public
        if not all(field.kw_only for field in dataclasses.fields(each) if field.init)
        or not vars(each)["__dataclass_params__"].frozen
    }
    assert mutable <= {"Resource"}, "derive with frozen=True, kw_only=True"
    unchecked = {each.__name__ for each in public if not issubclass(each, Arguments)}
    assert unchecked <= NO_ARGUMENTS, "derive from pulumi_serverless.blocks.arguments"


def test_every_component_checks_its_name_its_arguments_and_its_resources() -> None:
    made = [
        each for each in classes(pulumi.ComponentResource) if each.__module__.startswith("pulumi_s")
    ]
    assert len(made) > 8
    assert [each.__name__ for each in made if not issubclass(each, Component)] == []


@pytest.mark.parametrize("owner", ARGUMENTS)
def test_a_wrong_argument_is_refused_and_named(owner: type[Any]) -> None:
    refusals = [
        (name, wrong, refusal(owner, samples(), **{name: wrong}))
        for name, annotation in annotations_of(owner).items()
        for wrong in wrong_values(annotation)
    ]

    unexplained = [
        (name, wrong, text)
        for name, wrong, text in refusals
        if not re.search(rf"\b{name}\b.* must .*got ", text) or len(text) >= 600
    ]
    assert unexplained == []


@pytest.mark.parametrize(
    ("owner", "name"),
    OUTPUT_FIELDS,
    ids=[f"{owner.__name__}.{name}" for owner, name in OUTPUT_FIELDS],
)
def test_an_output_is_accepted_where_an_input_is_promised(owner: type[Any], name: str) -> None:
    def program() -> None:
        later = pulumi.Output.from_input("arn:aws:sns:eu-west-1:123456789012:later")
        annotation = annotations_of(owner)[name]
        plain = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
        is_mapping = get_origin(plain) is Mapping
        arguments = sample(owner, samples(), **{name: {"KEY": later} if is_mapping else later})
        assert getattr(arguments, name) in ({"KEY": later}, later) or is_mapping

    record(program)


@pytest.mark.parametrize("name", ["", " ", "a b", "a!", "ä", "x" * 101, "-a", None, 5, ["a"]])
def test_a_component_refuses_a_name_that_aws_refuses(name: Any) -> None:
    with pytest.raises(ValueError, match="the name of a DeadLetterQueue must be 1 to 100 letters"):
        record(lambda: DeadLetterQueue(name, DeadLetterQueueArgs(foundation=FOUNDATION)))


@pytest.mark.parametrize("opts", [{"parent": None}, "text", FOUNDATION, True])
def test_a_component_refuses_options_that_are_none(opts: Any) -> None:
    with pytest.raises(ValueError, match="opts of DeadLetterQueue q must be"):
        record(lambda: DeadLetterQueue("q", DeadLetterQueueArgs(foundation=FOUNDATION), opts))


@pytest.mark.parametrize("args", [None, {}, "text", FOUNDATION.runtime])
def test_a_component_refuses_the_arguments_of_another(args: Any) -> None:
    with pytest.raises(ValueError, match="PythonFunction worker must be PythonFunctionArgs, got"):
        record(lambda: PythonFunction("worker", args))


@pytest.mark.parametrize(
    ("kind", "text"), [(ApiAccess, "an ApiAccess"), (DeadLetterQueue, "a DeadLetterQueue")]
)
def test_what_an_argument_must_be_has_its_article(kind: type[Any], text: str) -> None:
    with pytest.raises(ValueError, match=f"^it must be {text}, got 5$"):
        check_of(kind)("it", 5)


def test_routes_that_differ_have_resources_that_differ() -> None:
    keys = ["GET /a-b", "GET /a/b", "GET /a_b", "GET /{a}/b", "GET /a/{b}", "GET /a.b", "GET /a/b/"]
    keys += ["GET /A/b", "GET /a--b", "PUT /{a_b}", "$default", "GET /", "ANY /{a+}"]
    keys += [f"GET /{'x' * 60}{end}" for end in "12"]

    def program() -> None:
        function = a_function("worker")
        access = ApiAccess(auth=NoAuth())
        HttpApi(
            "api",
            HttpApiArgs(foundation=FOUNDATION, routes=dict.fromkeys(keys, function), access=access),
        )

    routes = record(program).of_type("aws:apigatewayv2/route:Route")

    assert len({each.name for each in routes}) == len(keys)
    assert slug("GET /{a_b}") != slug("GET /{a.b}")


@pytest.mark.parametrize(
    "route", ["", "GET", "get /a", "GET a", "GET /a b", "GET /{a", "GET /{a+}/b", "FETCH /a", "/a"]
)
def test_a_route_that_api_gateway_refuses_is_refused(route: str) -> None:
    def program() -> None:
        access = ApiAccess(auth=NoAuth())
        HttpApiArgs(foundation=FOUNDATION, routes={route: a_function("w")}, access=access)

    with pytest.raises(ValueError, match=r"routes must"):
        record(program)


def test_an_alarm_topic_may_be_an_output() -> None:
    def program() -> None:
        topic = aws.sns.Topic("topic")
        DeadLetterQueue(
            "queue", DeadLetterQueueArgs(foundation=Foundation(alarm_topic_arn=topic.arn))
        )

    assert record(program).only("aws:sqs/queue:Queue")
