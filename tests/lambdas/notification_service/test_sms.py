from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.notification_service.channels.message_text import one_line
from serverless_runtime.notification_service.channels.sms import channels, is_gsm, septets, sms_of
from serverless_runtime.notification_service.settings.sms import SmsSettings
from tests.lambdas.notification_service.stubbed_providers import Accepting, attributes_of, stubbed
from tests.lambdas.sample_titles import FAMILY, HEBREW, TITLES
from tests.lambdas.samples import a_task, an_event

ANN, BOB = "+447700900123", "+4915112345678"


def written(title: str) -> str:
    return sms_of(an_event(a_task(title=title)))


def fits_one_part(text: str) -> bool:
    units = len(text.encode("utf-16-le")) // 2
    return septets(text) <= 160 if is_gsm(text) else units <= 70


def test_a_number_gets_what_happened_as_one_message(aws_in_memory: None) -> None:
    [channel] = channels(SmsSettings(numbers=[ANN], sender_id="TASKS"))
    sns = Accepting()

    with stubbed("sns", sns):
        assert channel.send(an_event()) == "sns-1"

    [publish] = sns.publishes
    assert publish["PhoneNumber"] == ANN
    assert publish["Message"] == "Task created: Buy milk"
    assert attributes_of(publish) == {
        "AWS.SNS.SMS.SMSType": "Transactional",
        "AWS.SNS.SMS.SenderID": "TASKS",
    }
    assert {"TopicArn", "TargetArn", "Subject", "MessageStructure"}.isdisjoint(publish)


@pytest.mark.parametrize("sms_type", ["Transactional", "Promotional"])
def test_a_message_has_the_type_that_is_set_and_no_sender_that_is_not(
    aws_in_memory: None, sms_type: Literal["Transactional", "Promotional"]
) -> None:
    [channel] = channels(SmsSettings(numbers=[ANN], sms_type=sms_type))
    sns = Accepting()

    with stubbed("sns", sns):
        channel.send(an_event())

    assert attributes_of(sns.publishes[0]) == {"AWS.SNS.SMS.SMSType": sms_type}


def test_every_number_is_a_delivery_of_its_own_that_does_not_name_it() -> None:
    ann, bob = channels(SmsSettings(name="on-call", numbers=[ANN, BOB]))

    assert ann.name != bob.name
    for channel, number in ((ann, ANN), (bob, BOB)):
        assert channel.name.startswith("on-call/")
        assert len(channel.name) == len("on-call/") + 8
        assert number not in channel.name + channel.recipient
    assert (ann.recipient, bob.recipient) == ("+44***123", "+49***678")


def test_a_number_keeps_its_deliveries_when_another_is_removed() -> None:
    both = channels(SmsSettings(numbers=[ANN, BOB]))
    [bob] = channels(SmsSettings(numbers=[BOB]))

    assert bob.name == both[1].name


def test_a_hundred_accents_fit_as_they_are() -> None:
    assert written("é" * 100) == f"Task created: {'é' * 100}"
    assert written("e\u0301" * 100) == f"Task created: {'é' * 100}"


def test_a_character_of_the_extension_takes_two_places() -> None:
    text = written("€" * 100)

    assert text == f"Task created: {'€' * 71}..."
    assert septets(text) == 159


def test_a_message_in_the_alphabet_is_cut_with_dots_that_are_in_it() -> None:
    text = written("x" * 200)

    assert text == f"Task created: {'x' * 143}..."
    assert septets(text) == 160


def test_any_other_character_leaves_seventy() -> None:
    assert written(HEBREW) == f"Task created: {HEBREW}"
    text = written("ж" * 100)

    assert text == f"Task created: {'ж' * 55}…"
    assert len(text) == 70


def test_emoji_are_counted_as_phones_count_them_and_never_split() -> None:
    # A family takes eight units: 14 of the words, 6 families, the ellipsis.
    assert written(FAMILY * 20) == f"Task created: {FAMILY * 6}…"


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_every_title_is_one_line_of_one_part(title: str) -> None:
    text = written(title)

    assert text.startswith("Task created:")
    assert text == one_line(text)
    assert fits_one_part(text)


@given(st.text(st.characters(codec=None)))
def test_whatever_the_title_is_the_message_fits_one_part(title: str) -> None:
    text = written(title)

    assert text.startswith("Task created:")
    assert fits_one_part(text)
    assert not any(character < " " or character == "\x7f" for character in text)


def test_the_alphabet_is_the_standards() -> None:
    basic = [chr(code) for code in range(0x10000) if is_gsm(chr(code))]
    plain = [character for character in basic if septets(character) == 1]

    # 128 places, one of which is the escape to the extension's ten.
    assert len(plain) == 127
    assert sorted(set(basic) - set(plain)) == sorted("\f^{}\\[~]|€")
