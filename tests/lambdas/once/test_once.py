"""A target that does its work once: duplicates, killed runs, failures and replays."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from serverless_runtime.handoff.received import ReceivedEvent
from serverless_runtime.once.leases import Lease, Leases
from serverless_runtime.once.run_once import (
    GivenUpError,
    InProgressError,
    NotDoneError,
    Once,
)
from serverless_runtime.once.settings import GUARANTEES, LEASE_SECONDS, Guarantee, OnceSettings
from serverless_runtime.shared.environment import MissingSettingsError
from tests.lambdas.notification_service.fakes import Clock
from tests.lambdas.tables import DELIVERIES
from tests.model_tests.in_memory_dynamo import InMemoryDynamo

SETTINGS = OnceSettings(table_name=DELIVERIES)
every_guarantee = pytest.mark.parametrize("guarantee", GUARANTEES)


class KilledError(BaseException):
    """Ends a run as Lambda's timeout does: nothing is recorded."""


class Unprotected(Once):
    """What a target does without leases: the negative control."""

    def __init__(self) -> None:
        """Need no table."""

    def run(self, event: Any, work: Callable[[], Any], **_: Any) -> Any:
        return work()


def nothing() -> None:
    """Let the work succeed."""


def raises(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@dataclass
class Shipping:
    """A target that ships under `once`, and remembers what it did."""

    once: Once
    clock: Clock
    guarantee: Guarantee = "at_least_once"
    shipped: list[str] = field(default_factory=list)
    result: Any = "label-1"
    afterwards: Callable[[], None] = nothing

    def receives(self, event_id: str = "e-1", *, replays: int = 0, part: str = "all") -> Any:
        event = ReceivedEvent(
            event_id=event_id, correlation_id="c-1", replays=replays, payload={}, attributes={}
        )

        def ship() -> Any:
            self.shipped.append(event_id)
            self.afterwards()
            return self.result

        return self.once.run(event, ship, part=part, guarantee=self.guarantee)

    def fails(self, error: BaseException, **event: Any) -> None:
        self.afterwards = raises(error)
        with pytest.raises(type(error)):
            self.receives(**event)
        self.afterwards = nothing

    def let_the_lease_expire(self) -> None:
        self.clock.now += LEASE_SECONDS + 1


@pytest.fixture(params=["table", "model"])
def shipping(request: pytest.FixtureRequest, clock: Clock, aws_in_memory: None) -> Shipping:
    model = InMemoryDynamo(clock, lambda change: None)
    client = None if request.param == "table" else model
    return Shipping(Once(settings=SETTINGS, client=client, clock=clock), clock)


@every_guarantee
def test_the_same_event_twice_is_shipped_once(shipping: Shipping, guarantee: Guarantee) -> None:
    shipping.guarantee = guarantee

    assert [shipping.receives(), shipping.receives()] == ["label-1", "label-1"]

    assert shipping.shipped == ["e-1"]


def test_without_once_the_same_event_twice_is_shipped_twice(shipping: Shipping) -> None:
    shipping.once = Unprotected()

    shipping.receives()
    shipping.receives()

    assert shipping.shipped == ["e-1", "e-1"]


def test_a_replay_of_what_is_done_ships_nothing(shipping: Shipping) -> None:
    shipping.receives()

    assert shipping.receives(replays=1) == "label-1"
    assert shipping.shipped == ["e-1"]


def test_parts_are_done_apart_and_only_what_is_missing_again(shipping: Shipping) -> None:
    shipping.receives(part="parcel")
    shipping.fails(OSError("printer"), part="invoice")

    shipping.receives(part="parcel")
    shipping.receives(part="invoice")

    assert len(shipping.shipped) == 3


class UnreadableError(Exception):
    """Cannot even say what it is."""

    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize(
    "error",
    [UnreadableError(), ValueError("half \ud800"), SystemExit(3)],
    ids=lambda error: type(error).__name__,
)
def test_whatever_work_raises_the_lease_is_released(
    shipping: Shipping, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    shipping.fails(error)

    assert "lease not ended" not in caplog.text
    assert shipping.receives() == "label-1"


@every_guarantee
def test_nobody_works_beside_a_run_that_may_still_be_working(
    shipping: Shipping, guarantee: Guarantee
) -> None:
    shipping.guarantee = guarantee
    shipping.fails(KilledError())

    with pytest.raises(InProgressError, match="another attempt holds the lease of this event"):
        shipping.receives()
    assert shipping.shipped == ["e-1"]


def test_a_run_that_was_killed_is_repeated_once_its_lease_has_expired(shipping: Shipping) -> None:
    shipping.fails(KilledError())
    shipping.let_the_lease_expire()

    assert shipping.receives() == "label-1"
    assert shipping.shipped == ["e-1", "e-1"]


def test_a_failure_is_raised_and_retried_at_once(shipping: Shipping) -> None:
    shipping.fails(ConnectionError("carrier"))

    assert shipping.receives() == "label-1"
    assert shipping.shipped == ["e-1", "e-1"]


def test_at_most_once_leaves_a_killed_run_to_a_person_and_runs_a_replay(
    shipping: Shipping,
) -> None:
    shipping.guarantee = "at_most_once"
    shipping.fails(KilledError())
    shipping.let_the_lease_expire()

    for _ in range(2):
        with pytest.raises(GivenUpError, match="never reported an outcome; check whether it has"):
            shipping.receives()
    assert shipping.shipped == ["e-1"]

    assert shipping.receives(replays=1) == "label-1"
    assert shipping.shipped == ["e-1", "e-1"]
    assert shipping.receives() == "label-1"


def test_at_most_once_does_not_retry_a_failure_that_may_have_shipped(shipping: Shipping) -> None:
    shipping.guarantee = "at_most_once"
    shipping.fails(TimeoutError("carrier"))

    with pytest.raises(GivenUpError, match="may have done its work: TimeoutError: carrier; check"):
        shipping.receives()
    assert shipping.shipped == ["e-1"]


def test_at_most_once_retries_a_failure_that_is_known_to_have_done_nothing(
    shipping: Shipping,
) -> None:
    shipping.guarantee = "at_most_once"
    shipping.fails(NotDoneError("no address"))

    assert shipping.receives() == "label-1"


def test_a_late_duplicate_of_a_given_up_event_leaves_it_to_the_newer_replay(
    shipping: Shipping,
) -> None:
    shipping.guarantee = "at_most_once"
    shipping.fails(TimeoutError(), replays=1)

    assert shipping.receives(replays=0) is None
    assert shipping.shipped == ["e-1"]


@pytest.mark.parametrize("result", [{"label": [1, 2.5, None]}, None, "", 0, "x" * 9_998])
def test_a_duplicate_gets_the_recorded_result(shipping: Shipping, result: Any) -> None:
    shipping.result = result

    assert [shipping.receives(), shipping.receives()] == [result, result]


@pytest.mark.parametrize("result", [object(), float("nan"), "x" * 9_999])
def test_a_result_that_cannot_be_recorded_is_no_reason_to_ship_again(
    shipping: Shipping, result: Any, caplog: pytest.LogCaptureFixture
) -> None:
    shipping.result = result

    assert [shipping.receives(), shipping.receives()] == [result, None]
    assert shipping.shipped == ["e-1"]
    assert "a duplicate gets None" in caplog.text


def test_a_run_that_another_has_overtaken_says_so(
    shipping: Shipping, caplog: pytest.LogCaptureFixture
) -> None:
    def be_overtaken() -> None:
        shipping.afterwards = nothing
        shipping.let_the_lease_expire()
        shipping.receives()

    shipping.afterwards = be_overtaken
    shipping.receives()

    assert shipping.shipped == ["e-1", "e-1"]
    assert "possibly twice" in caplog.text


def test_log_lines_carry_the_ids(shipping: Shipping, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    shipping.receives()
    shipping.receives(replays=1)

    [record] = [each for each in caplog.records if "duplicate skipped" in each.message]
    shown = {name: vars(record)[name] for name in ("event_id", "correlation_id", "replays")}
    assert shown == {"event_id": "e-1", "correlation_id": "c-1", "replays": 1}


class Unrecorded(InMemoryDynamo):
    """Fails each write that would record an end."""

    def update_item(self, **arguments: Any) -> dict[str, Any]:
        if "lease_until" in arguments["UpdateExpression"].partition("REMOVE")[2]:
            raise ConnectionError("no table")
        return super().update_item(**arguments)


@pytest.mark.parametrize(
    ("guarantee", "outcome"), [("at_least_once", "NotRecordedError"), ("at_most_once", "label-1")]
)
def test_what_is_done_and_not_recorded_follows_the_guarantee(
    clock: Clock, guarantee: Guarantee, outcome: str
) -> None:
    once = Once(settings=SETTINGS, client=Unrecorded(clock, lambda change: None), clock=clock)
    try:
        result = Shipping(once, clock, guarantee).receives()
    except Exception as error:
        result = type(error).__name__

    assert result == outcome


def test_the_work_s_own_error_is_raised_even_if_the_lease_cannot_be_released(clock: Clock) -> None:
    once = Once(settings=SETTINGS, client=Unrecorded(clock, lambda change: None), clock=clock)

    Shipping(once, clock).fails(ValueError("no address"))


def test_settings_come_from_the_environment(
    aws_in_memory: None, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setenv("ONCE_LEASE_SECONDS", "5")
    shipping = Shipping(Once(clock=clock), clock)
    shipping.fails(KilledError())
    clock.now += 6
    shipping.receives()
    assert shipping.shipped == ["e-1", "e-1"]

    monkeypatch.delenv("ONCE_TABLE_NAME")
    with pytest.raises(MissingSettingsError, match="ONCE_TABLE_NAME"):
        Once()


def test_the_row_says_what_the_run_knows(clock: Clock) -> None:
    model = InMemoryDynamo(clock, lambda change: None)
    Shipping(Once(settings=SETTINGS, client=model, clock=clock), clock).receives()

    lease = Lease(event_id="e-1", part="all", owner="another")
    start = Leases(DELIVERIES, model, clock).start(
        lease, replays=0, guarantee="at_least_once", details={}
    )
    assert (start.found, start.result) == ("done", '"label-1"')
