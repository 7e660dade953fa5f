"""What a function's own code calls refuses what it cannot use, before anything happens.

The public functions, constructors and methods are found, not listed: a new one is tested here as
soon as it exists.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, get_type_hints

import pytest

import serverless_runtime
from serverless_runtime.aggregator.aggregator import Aggregator
from serverless_runtime.circuit_breaker.circuit_breaker import CircuitBreaker
from serverless_runtime.circuit_breaker.rules import rules_of
from serverless_runtime.circuit_breaker.settings.environment import CircuitBreakerSettings
from serverless_runtime.gatekeeper.client import ApiKeys
from serverless_runtime.handoff import Event, Handoff, Publisher, ReceivedEvent
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.once import Once
from serverless_runtime.once.settings import OnceSettings
from serverless_runtime.queue_sender import QueueSender
from serverless_runtime.service_calls.client import Deadline, Service
from tests.components.argument_values import wrong_values

_NOT_HERE = (
    # They have boto3's contract.
    "serverless_runtime.shared.aws",
    # It reads requests, of which tests of their own show what is refused; a wrong argument is seen
    # by the first request.
    "serverless_runtime.web.",
)
_ARE_MADE = {
    *("Message", "Call", "ReceivedEvent", "Deadline"),
    *("Answer", "Missing", "RequiredMissingError", "VersionMismatchError"),
    *("Caller", "KnownKey", "IssuedKey", "RevokedKey"),
}
"""What the runtime makes of what arrives; tests of their own show what is refused."""

RULES = rules_of(CircuitBreakerSettings(table_name="t", component="c", circuits="carrier"))
HANDOFF = HandoffSettings(target_arn="arn:aws:lambda:eu-west-1:123456789012:function:ship")
EVENT = Event(event_id="e", correlation_id="c", payload=b"{}", attributes={"type": "order.placed"})
RECEIVED = ReceivedEvent(event_id="e", correlation_id="c", replays=0, payload=1, attributes={})
RIGHT: Mapping[Any, Any] = {
    "settings": HANDOFF,
    "event": EVENT,
    "writes": [{"Put": {}}],
    "event_id": "e",
    "correlation_id": "c",
    "payload": b"{}",
    "circuit": "carrier",
    "rules": RULES,
    "text": "down",
    "queue_name": "orders",
    "work": lambda: None,
    "fn": lambda: None,
    "store": None,
    "body": 1,
    "name": "prices",
    "operation": "quote",
    "deadline": Deadline(0),
    "payloads": {"prices": 1},
    "tenant": "acme",
    "rights": ["read"],
    "key_id": "0123456789abcdef",
}


class NoAws:
    """Any call would be one too many."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was called before the arguments were checked")


OBJECTS: Mapping[type[Any], Callable[[], Any]] = {
    Handoff: lambda: Handoff(settings=HANDOFF, client=NoAws(), target_client=NoAws()),
    Publisher: lambda: Publisher(settings=HANDOFF, client=NoAws(), target_client=NoAws()),
    Once: lambda: Once(settings=OnceSettings(table_name="once"), client=NoAws()),
    CircuitBreaker: lambda: CircuitBreaker("carrier", NoAws(), rules=RULES),  # type: ignore[arg-type]
    QueueSender: lambda: QueueSender("orders", client=NoAws()),
    Service: lambda: Service("prices", client=NoAws()),
    Aggregator: lambda: Aggregator("prices"),
    ApiKeys: lambda: ApiKeys("keys", client=NoAws()),
}


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(serverless_runtime.__path__, "serverless_runtime."):
        yield importlib.import_module(found.name)


def offered() -> Iterator[Any]:
    for module in modules():
        if not module.__name__.startswith(_NOT_HERE):
            yield from (getattr(module, name) for name in getattr(module, "__all__", ()))


def called() -> Iterator[tuple[Any, str]]:
    """Yield what can be called, and the name of the method that is."""
    for each in sorted(set(filter(callable, offered())), key=lambda each: each.__qualname__):
        if not inspect.isclass(each):
            yield each, ""
        elif each.__name__ not in _ARE_MADE:
            if "__init__" in vars(each):
                yield each, "__init__"
            for name, member in vars(each).items():
                if inspect.isfunction(member) and not name.startswith("_"):
                    yield each, name


def function_of(each: Any, method: str) -> Callable[..., Any]:
    return getattr(each, method) if method else each  # type: ignore[no-any-return]


def parameters_of(each: Any, method: str) -> dict[str, inspect.Parameter]:
    callee = each if method == "__init__" else function_of(each, method)
    found = dict(inspect.signature(callee).parameters)
    found.pop("self", None)
    # Clients are boto3's or look like them, and nothing of them is public but what is called.
    return {
        name: parameter
        for name, parameter in found.items()
        if name not in {"client", "target_client", "store", "metrics"}
    }


ARGUMENTS: list[tuple[Any, str, str]] = [
    (each, method, name) for each, method in called() for name in parameters_of(each, method)
]


def call(each: Any, method: str, given: Mapping[str, Any]) -> Any:
    if method == "__init__":
        constructor = {"store": None} if each is CircuitBreaker else {}
        return each(**constructor, **given)
    return getattr(OBJECTS[each](), method)(**given) if method else each(**given)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "QUEUE_ORDERS_URL": "https://sqs/1/orders",
        "HANDOFF_ORDERS_TARGET_ARN": HANDOFF.target_arn,
        "ONCE_TABLE_NAME": "once",
        "CIRCUIT_BREAKER_TABLE_NAME": "t",
        "CIRCUIT_BREAKER_COMPONENT": "c",
        "CIRCUIT_BREAKER_CIRCUITS": "carrier",
        "SERVICE_PRICES_FUNCTION_ARN": HANDOFF.target_arn,
        "SERVICE_PRICES_COMPONENT": "c",
        "SERVICE_PRICES_SAFE": "quote",
        "SERVICE_KEYS_FUNCTION_ARN": HANDOFF.target_arn,
        "SERVICE_KEYS_COMPONENT": "c",
        "SERVICE_KEYS_SAFE": "list,revoke",
        "SERVICE_KEYS_UNSAFE": "issue",
        "AGGREGATOR_PRICES_COMPONENT": "c",
        "AGGREGATOR_PRICES_DEADLINE_SECONDS": "1",
        "AGGREGATOR_PRICES_BRANCHES": '{"prices": {}}',
        "AWS_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)


def test_there_is_something_to_test() -> None:
    names = {f"{each.__qualname__}.{method}".strip(".") for each, method, _ in ARGUMENTS}
    assert {"Handoff.commit", "Publisher.commit", "Once.run", "circuit_breaker"} <= names
    assert {"each_message", "each_in_order", "each_call", "QueueSender.send"} <= names


@pytest.mark.parametrize(
    ("each", "method", "name"),
    ARGUMENTS,
    ids=[f"{each.__qualname__}.{method}-{name}" for each, method, name in ARGUMENTS],
)
def test_a_wrong_argument_is_refused_and_named(each: Any, method: str, name: str) -> None:
    parameters = parameters_of(each, method)
    has_fields = method == "__init__" and dataclasses.is_dataclass(each)
    hints = get_type_hints(each if has_fields else function_of(each, method))
    required = {
        other: RECEIVED if (each, other) == (Once, "event") else RIGHT[other]
        for other, parameter in parameters.items()
        if parameter.default is parameter.empty and other != name
    }
    named = "the name of a queue" if name == "queue_name" else rf"\b{name}\b"
    for wrong in wrong_values(hints[name]):
        if isinstance(wrong, bytes) and hints[name] is bytes:
            continue
        with pytest.raises(ValueError, match=rf"{named}.* must .*got ") as refused:
            call(each, method, {**required, name: wrong})
        assert len(str(refused.value)) < 400


def test_the_fields_of_an_event_are_among_what_is_tested() -> None:
    found = {name for each, method, name in ARGUMENTS if (each, method) == (Event, "__init__")}

    assert found == {each.name for each in dataclasses.fields(Event)}


def test_what_has_fields_is_made_by_their_names_and_stays_as_it_is() -> None:
    made: set[Any] = {
        each
        for module in modules()
        for each in vars(module).values()
        if inspect.isclass(each) and dataclasses.is_dataclass(each)
    }

    assert len(made) > 30
    for each in made:
        with pytest.raises(TypeError, match="takes 1 positional argument"):
            each("a value by its place")
        with pytest.raises(AttributeError, match="cannot assign to field"):
            setattr(object.__new__(each), dataclasses.fields(each)[0].name, "another value")


def test_nothing_is_stored_for_an_event_that_could_not_be_sent() -> None:
    with pytest.raises(ValueError, match=re.escape("event must be an Event(event_id=")):
        Handoff(settings=HANDOFF, client=NoAws()).commit([{"Put": {}}], {"event_id": "e"})  # type: ignore[arg-type]


def test_a_misspelt_guarantee_is_not_the_weaker_one() -> None:
    once = Once(settings=OnceSettings(table_name="once"), client=NoAws())

    with pytest.raises(ValueError, match="guarantee must be one of at_least_once, at_most_once"):
        once.run(RECEIVED, lambda: None, guarantee="at_most_onse")  # type: ignore[arg-type]
