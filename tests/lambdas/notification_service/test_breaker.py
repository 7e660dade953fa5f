"""When a channel's provider is left alone, and when it is called again."""

from __future__ import annotations

import pytest

from lambdas.notification_service.breaker import (
    FAILURES_TO_OPEN,
    FIRST_COOL_DOWN_SECONDS,
    LONGEST_COOL_DOWN_SECONDS,
    PROBE_SECONDS,
    BreakerOpenError,
)
from lambdas.notification_service.channel import (
    ChannelError,
    ConfiguredChannel,
    PermanentChannelError,
    UnknownOutcomeError,
)
from lambdas.notification_service.dynamo_breakers import DynamoBreakers
from lambdas.notification_service.guarded_channel import guarded
from tests.lambdas.notification_service import a_fleet
from tests.lambdas.notification_service.a_breaker import (
    Provider,
    an_instance,
    let_caches_end,
    tried,
)
from tests.lambdas.notification_service.fakes import Clock, KilledError
from tests.lambdas.samples import an_event
from tests.lambdas.tables import DELIVERIES

pytestmark = pytest.mark.usefixtures("aws_in_memory")

NEARLY = FAILURES_TO_OPEN - 1


@pytest.fixture
def provider() -> Provider:
    return Provider()


def fail(clock: Clock, provider: Provider, times: int, error: Exception | None = None) -> None:
    """Let so many calls fail, each in an instance of its own."""
    provider.error = error or ChannelError("down")
    for _ in range(times):
        assert tried(an_instance(clock), provider) == type(provider.error).__name__
    provider.error = None


def test_a_provider_that_answers_is_called(clock: Clock, provider: Provider) -> None:
    assert an_instance(clock).call(provider) == "m-1"


def test_failures_of_several_instances_open_it_for_all(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)

    assert tried(an_instance(clock), provider) == "BreakerOpenError"
    assert provider.calls == FAILURES_TO_OPEN


def test_it_stays_closed_until_the_last_failure_it_bears(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, NEARLY)

    assert tried(an_instance(clock), provider) == f"m-{FAILURES_TO_OPEN}"


def test_only_failures_in_a_row_count(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, NEARLY)
    an_instance(clock).call(provider)
    fail(clock, provider, NEARLY)

    assert tried(an_instance(clock), provider).startswith("m-")


@pytest.mark.parametrize("error", [ChannelError("busy"), UnknownOutcomeError("silence")])
def test_what_may_pass_counts(clock: Clock, provider: Provider, error: Exception) -> None:
    fail(clock, provider, FAILURES_TO_OPEN, error)

    assert tried(an_instance(clock), provider) == "BreakerOpenError"


@pytest.mark.parametrize("error", [PermanentChannelError("no such address"), KeyError("ours")])
def test_a_refused_message_and_a_fault_of_ours_do_not_count(
    clock: Clock, provider: Provider, error: Exception
) -> None:
    fail(clock, provider, 2 * FAILURES_TO_OPEN, error)

    assert tried(an_instance(clock), provider).startswith("m-")


def test_a_refused_message_shows_that_the_provider_is_up(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, NEARLY)
    fail(clock, provider, 1, PermanentChannelError("no such address"))
    fail(clock, provider, NEARLY)

    assert tried(an_instance(clock), provider).startswith("m-")


def test_the_refusal_names_channel_end_and_reason_and_is_no_unknown_outcome(
    clock: Clock, provider: Provider
) -> None:
    fail(clock, provider, FAILURES_TO_OPEN, ChannelError("SES gave bob@example.com no answer"))

    with pytest.raises(BreakerOpenError) as caught:
        an_instance(clock).call(provider)

    assert str(caught.value) == (
        "nothing was sent: the breaker of email is open until 2026-03-01T09:30:30.000Z, "
        "after 5 failures in a row, the last: SES gave b***@example.com no answer"
    )
    assert not isinstance(caught.value, (PermanentChannelError, UnknownOutcomeError))


def test_after_the_cool_down_an_answer_closes_it_for_all(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS - 1
    assert tried(an_instance(clock), provider) == "BreakerOpenError"

    clock.now += 1
    assert tried(an_instance(clock), provider).startswith("m-")
    assert tried(an_instance(clock), provider).startswith("m-")


def test_a_refused_message_closes_it_too(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS
    fail(clock, provider, 1, PermanentChannelError("no such address"))

    assert tried(an_instance(clock), provider).startswith("m-")


def test_of_all_instances_exactly_one_probes(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS
    others = [an_instance(clock) for _ in range(5)]
    found: list[str] = []
    for other in others:
        # All have read that the cool-down is over.
        assert other.failures == FAILURES_TO_OPEN

    def ask_the_others() -> None:
        provider.meanwhile = lambda: None
        found.extend(tried(other, provider) for other in others)

    provider.meanwhile = ask_the_others
    tried(an_instance(clock), provider)

    assert found == ["BreakerOpenError"] * len(others)
    assert provider.calls == FAILURES_TO_OPEN + 1


def test_each_failed_probe_doubles_the_cool_down_up_to_five_minutes(
    clock: Clock, provider: Provider
) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    for seconds in (30, 60, 120, 240, 300, 300):
        clock.now += seconds - 1
        assert tried(an_instance(clock), provider) == "BreakerOpenError"
        clock.now += 1
        fail(clock, provider, 1)

    assert provider.calls == FAILURES_TO_OPEN + 6


def test_once_closed_it_is_patient_anew(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    for _ in range(2):
        clock.now += LONGEST_COOL_DOWN_SECONDS
        fail(clock, provider, 1)
    clock.now += LONGEST_COOL_DOWN_SECONDS
    an_instance(clock).call(provider)
    fail(clock, provider, FAILURES_TO_OPEN)

    clock.now += FIRST_COOL_DOWN_SECONDS
    assert tried(an_instance(clock), provider).startswith("m-")


@pytest.mark.parametrize(("asked", "seconds"), [(10, 30), (100, 100), (4_000, 300)])
def test_a_provider_is_left_alone_as_long_as_it_asks_within_reason(
    clock: Clock, provider: Provider, asked: float, seconds: int
) -> None:
    fail(clock, provider, FAILURES_TO_OPEN, ChannelError("busy", retry_after_seconds=asked))

    clock.now += seconds - 1
    assert tried(an_instance(clock), provider) == "BreakerOpenError"
    clock.now += 1
    assert tried(an_instance(clock), provider).startswith("m-")


@pytest.mark.parametrize("end", [KilledError(), KeyError("ours")])
def test_a_probe_that_was_never_heard_of_again_is_followed_by_another(
    clock: Clock, provider: Provider, end: BaseException
) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS
    provider.error = end
    with pytest.raises(type(end)):
        an_instance(clock).call(provider)
    provider.error = None

    clock.now += PROBE_SECONDS - 1
    assert tried(an_instance(clock), provider) == "BreakerOpenError"
    clock.now += 1
    assert tried(an_instance(clock), provider).startswith("m-")


def test_a_late_probe_does_not_undo_what_came_after_it(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS

    def be_late() -> None:
        provider.meanwhile = lambda: None
        clock.now += PROBE_SECONDS
        fail(clock, provider, 1)

    provider.meanwhile = be_late
    tried(an_instance(clock), provider)

    assert tried(an_instance(clock), provider) == "BreakerOpenError"


def test_a_late_probe_that_fails_does_not_open_what_another_has_closed(
    clock: Clock, provider: Provider
) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)
    clock.now += FIRST_COOL_DOWN_SECONDS
    late = Provider()
    late.error = ChannelError("too late")

    def be_overtaken() -> None:
        clock.now += PROBE_SECONDS
        assert tried(an_instance(clock), provider).startswith("m-")

    late.meanwhile = be_overtaken
    assert tried(an_instance(clock), late) == "ChannelError"

    assert tried(an_instance(clock), provider).startswith("m-")


def test_a_failure_from_before_the_opening_neither_closes_it_nor_counts(
    clock: Clock, provider: Provider
) -> None:
    late, slow = an_instance(clock), Provider()
    slow.error = ChannelError("late")
    slow.meanwhile = lambda: fail(clock, provider, FAILURES_TO_OPEN)
    assert tried(late, slow) == "ChannelError"

    assert tried(an_instance(clock), provider) == "BreakerOpenError"
    assert DynamoBreakers(DELIVERIES).read("email").failures == FAILURES_TO_OPEN


def test_what_one_settings_class_makes_shares_a_breaker(clock: Clock) -> None:
    numbers = [a_fleet.Provider("sms", down=ChannelError("no answer")) for _ in range(2)]
    settings = numbers[0].channel().settings
    channels = [
        ConfiguredChannel(settings=settings, name=f"sms-{n}", sent_to="+44***123", sender=each)
        for n, each in enumerate(numbers)
    ]
    first, second = guarded(channels, DynamoBreakers(DELIVERIES), clock)
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(ChannelError, match="no answer"):
            first.send(an_event())

    with pytest.raises(BreakerOpenError, match="the breaker of sms is open"):
        second.send(an_event())
    assert (second.name, numbers[1].calls) == ("sms-1", 0)


def test_a_call_from_before_the_opening_changes_nothing(clock: Clock, provider: Provider) -> None:
    late, slow = an_instance(clock), Provider()
    fail(clock, provider, 1)

    def meanwhile() -> None:
        fail(clock, provider, NEARLY)

    slow.meanwhile = meanwhile
    assert tried(late, slow) == "m-1"

    assert tried(an_instance(clock), provider) == "BreakerOpenError"
    assert DynamoBreakers(DELIVERIES).read("email").failures == FAILURES_TO_OPEN


def test_channels_have_breakers_of_their_own(clock: Clock, provider: Provider) -> None:
    fail(clock, provider, FAILURES_TO_OPEN)

    assert tried(an_instance(clock, "sms"), provider).startswith("m-")


def test_an_instance_hears_of_the_others_within_its_caches_life(
    clock: Clock, provider: Provider
) -> None:
    instance = an_instance(clock)
    instance.call(provider)
    fail(clock, provider, FAILURES_TO_OPEN)

    let_caches_end(clock)
    assert tried(instance, provider) == "BreakerOpenError"


def test_opening_and_closing_are_logged_once_with_channel_and_end(
    clock: Clock, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    fail(clock, provider, FAILURES_TO_OPEN)
    tried(an_instance(clock), provider)
    clock.now += FIRST_COOL_DOWN_SECONDS
    an_instance(clock).call(provider)

    lines = [(each.message, vars(each)["channel"], vars(each)["until"]) for each in caplog.records]
    assert lines == [
        ("breaker opened", "email", "2026-03-01T09:30:30.000Z"),
        ("breaker closed", "email", None),
    ]
