"""Values for arguments, right and wrong ones, by what an annotation allows."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

import pulumi
import pulumi_aws as aws

import pulumi_serverless
from pulumi_serverless import (
    ApiAccess,
    AsyncHandoff,
    AsyncHandoffArgs,
    Bus,
    BusArgs,
    DeadLetterQueue,
    DeadLetterQueueArgs,
    EncryptionKey,
    EncryptionKeyArgs,
    Foundation,
    FunctionCode,
    HttpApi,
    HttpApiArgs,
    Key,
    Metric,
    NoAuth,
    PythonFunction,
    Queue,
    QueueArgs,
    Table,
    TableArgs,
    Topic,
    TopicArgs,
)
from pulumi_serverless.blocks.argument_checks import Between, Matches, OneOf, Size
from pulumi_serverless.blocks.arguments import Arguments, SameAs, annotations_of
from pulumi_serverless.blocks.http_targets import ApiOfTargets
from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs
from pulumi_serverless.notification_service import ChannelSettings, EmailSettings
from pulumi_serverless.testing import record
from tests.components.a_function import FOUNDATION, NO_DEPENDENCIES, TOPIC, a_function


def modules() -> Iterator[Any]:
    yield pulumi_serverless
    for found in pkgutil.walk_packages(pulumi_serverless.__path__, "pulumi_serverless."):
        if ".testing" not in found.name:
            yield importlib.import_module(found.name)


def classes(base: type[Any]) -> list[type[Any]]:
    found = {
        each
        for module in modules()
        for each in vars(module).values()
        if inspect.isclass(each) and issubclass(each, base) and each is not base
    }
    return sorted(found, key=lambda each: each.__qualname__)


ARGUMENTS = [
    each
    for each in (*classes(Arguments), *classes(ChannelSettings))
    if dataclasses.is_dataclass(each) and not each.__name__.startswith("_")
]


@functools.cache
def samples() -> Mapping[type[Any], Any]:
    """An instance of what arguments are made of, by class."""
    made: dict[type[Any], Any] = {}

    def program() -> None:
        function = a_function("worker")
        queue = DeadLetterQueue("queue", DeadLetterQueueArgs(foundation=FOUNDATION))
        handoff = AsyncHandoff(
            "handoff",
            AsyncHandoffArgs(foundation=FOUNDATION, target=function, dead_letter_queue=queue),
        )
        access = ApiAccess(auth=NoAuth())
        alarm = Alarm("alarm", sample(AlarmArgs, made))
        for each in (
            NoAuth(),
            AService(),
            *(FOUNDATION, NO_DEPENDENCIES, function, queue, handoff, access, alarm),
            Table("rows", TableArgs(foundation=FOUNDATION, key=Key(partition="id"))),
            HttpApi("api", an_api(function, access)),
            Queue("waiting", QueueArgs(foundation=FOUNDATION)),
            Topic("events", TopicArgs()),
            Bus("happenings", BusArgs(description="what happens")),
            ApiOfTargets("api", aws.apigatewayv2.Api("of", protocol_type="HTTP"), None, function),
            EncryptionKey("key", EncryptionKeyArgs()),
            sample(Metric, made),
            sample(EmailSettings, made),
        ):
            made[type(each)] = each

    made[Foundation], made[FunctionCode] = FOUNDATION, NO_DEPENDENCIES
    record(program)
    return made


class AService:
    """Whatever can be asked."""

    service_name = "stock"
    operations_offered: Mapping[str, str] = {"ask": "safe"}
    budget_seconds = 5.0
    environment: Mapping[str, str] = {}

    def allow_caller(self, caller: object) -> None:
        """Nothing is needed."""


def an_api(function: PythonFunction, access: ApiAccess) -> HttpApiArgs:
    return HttpApiArgs(foundation=FOUNDATION, routes={"GET /": function}, access=access)


def sample(owner: type[Any], made: Mapping[type[Any], Any], **changed: Any) -> Any:
    """Arguments of the class that are right, but for what is changed."""
    given = {
        each.name: value_for(each.name, annotations_of(owner)[each.name], made)
        for each in dataclasses.fields(owner)
        if each.init
        and each.default is dataclasses.MISSING
        and each.default_factory is dataclasses.MISSING
    }
    return owner(**{**given, **SPECIAL.get(owner.__name__, {}), **changed})


def refusal(owner: type[Any], made: Mapping[type[Any], Any], **wrong: Any) -> str:
    """The error for arguments of which one is wrong; empty if they are accepted."""
    try:
        sample(owner, made, **wrong)
    except ValueError as error:
        return str(error)
    return ""


SPECIAL: dict[str, dict[str, Any]] = {
    "PythonFunctionArgs": {"handler": "serverless_runtime.shared.metrics.write_metrics"},
    "WebOperation": {
        "routes": ["GET /things"],
        "handler": "serverless_runtime.shared.metrics.write_metrics",
    },
    "Subscriber": {"protocol": "email", "endpoint": "a@example.com"},
    "JwtAuth": {"issuer": "https://auth.example.com/"},
    "AlarmTopicArgs": {"require_subscriber": False},
    "EmailSettings": {"sender": "a@example.com", "recipients": ["b@example.com"]},
    "SmsSettings": {"numbers": ["+447700900123"]},
    "PushSettings": {"target_arn": "arn:aws:sns:eu-west-1:123456789012:phones"},
    "WebhookSettings": {
        "url": "https://example.com/hook",
        "secret_arn": "arn:aws:ssm:eu-west-1:123456789012:parameter/hook",
    },
    "ChannelSettings": {"name": "email"},
    "AlarmArgs": {"id": "an-alarm"},
    "CompositeAlarmArgs": {"id": "an-alarm"},
    "FunctionCode": {"packages": ["serverless_runtime.shared"]},
    "Foundation": {"alarm_topic_arn": TOPIC},
    "ExistingFunctionArgs": {"arn": "arn:aws:lambda:eu-west-1:123456789012:function:worker"},
    "Source": {"service": "sns.amazonaws.com"},
    "WebhookSource": {
        "secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hook-a1b2c3",
    },
    "Metric": {"statistic": "Sum"},
    "Branch": {"operation": "ask"},
    "Forward": {"url": "https://old.example.com"},
    "PrivateServer": {
        "listener_arn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/a/1/2",
    },
    "CallService": {"operation": "ask"},
    "PutOnBus": {"detail_type": "order.placed"},
    "MathExpression": {"expression": "2 * key"},
}


def value_for(name: str, annotation: Any, made: Mapping[type[Any], Any]) -> Any:  # noqa: C901, PLR0911 -- one for each kind
    """A value that the annotation allows."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        for limit in parts[1:]:
            if isinstance(limit, Between):
                return limit.low
            if isinstance(limit, OneOf):
                return limit.allowed[0]
            if isinstance(limit, SameAs):
                return value_for(name, annotations_of(limit.owner)[limit.field], made)
        return value_for(name, parts[0], made)
    if origin is Literal:
        return parts[0]
    if type(None) in parts:
        return None
    if origin is Callable:
        return lambda *_: None
    if origin is Sequence:
        return [value_for(name, parts[0], made)]
    if origin is Mapping:
        return {"key": value_for(name, parts[1], made)}
    if origin is not None and type(None) not in parts:
        later = (pulumi.Output, type(None))
        plain = [each for each in parts if get_origin(each) is None and each not in later]
        known = [each for each in plain if each in made] or plain
        return value_for(name, known[-1], made)
    plain_values: dict[Any, Any] = {str: "text", int: 1, float: 1.0, bool: True}
    if annotation in plain_values:
        return plain_values[annotation]
    fitting = [each for each in made.values() if fits(each, annotation)]
    return fitting[0] if fitting else sample(annotation, made)


def fits(value: Any, annotation: Any) -> bool:
    if getattr(annotation, "_is_protocol", False):
        declared = {**vars(annotation), **vars(annotation).get("__annotations__", {})}
        return all(hasattr(value, name) for name in declared if not name.startswith("_"))
    return isinstance(value, annotation)


def wrong_values(annotation: Any) -> list[Any]:  # noqa: C901, PLR0911 -- one for each kind
    """What an annotation never allows, of the kinds of mistake that people make."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        wrong = wrong_values(parts[0])
        for limit in parts[1:]:
            if isinstance(limit, Between):
                wrong += [limit.low - 1, limit.high + 1]
            elif isinstance(limit, Matches):
                wrong += ["not like that\n"]
            elif isinstance(limit, Size):
                wrong += [[]] if limit.low else []
            elif isinstance(limit, SameAs):
                wrong = wrong_values(annotations_of(limit.owner)[limit.field])
        return wrong
    if origin is Sequence:
        of_entries: list[Any] = [[each] for each in wrong_values(parts[0])]
        return ["text", "", b"bytes", 5, None, {"a": 1}, {"a", "b"}, *of_entries]
    if origin is Mapping:
        of_entries = [{"KEY": each} for each in wrong_values(parts[1])]
        return ["text", 5, None, [("a", "b")], {1: "a"}, {"": "a"}, *of_entries]
    if origin is Literal:
        return ["unknown", "", None, 5, ["email"], str(parts[0]).upper()]
    if origin is not None and origin not in (pulumi.Output, Callable):
        members = [wrong_values(each) for each in parts if each is not type(None)]
        optional = type(None) in parts
        common = [each for each in members[-1] if all(has(rest, each) for rest in members)]
        return [each for each in common if not (optional and each is None)]
    by_kind: dict[Any, list[Any]] = {
        str: ["", " ", 5, True, None, b"bytes", ["text"], {"a": 1}, NO_DEPENDENCIES],
        bool: ["no", "", 0, 1, None, []],
        int: ["2", "", 1.5, True, None, [1], float("nan")],
        float: ["2", True, None, [1.0], float("nan"), float("inf")],
        Any: [],
    }
    anything = ["", " ", "text", 5, 1.5, True, None, [], {}, b"bytes", object(), ["text"], {"a": 1}]
    if origin is Callable or annotation is pulumi.Output or origin is pulumi.Output:
        return anything
    if get_origin(annotation) is not None:
        return anything
    return by_kind.get(annotation, anything)


def has(values: list[Any], value: Any) -> bool:
    return any(type(each) is type(value) and each == value for each in values)
