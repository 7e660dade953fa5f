from __future__ import annotations

import re
from collections import Counter
from email.header import Header
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.notification_service.channels.email import channels, subject_of
from serverless_runtime.notification_service.channels.message_text import lines, one_line
from serverless_runtime.notification_service.settings.email import EmailSettings
from tests.lambdas.notification_service.html_reader import Reader
from tests.lambdas.notification_service.stubbed_providers import Accepting, stubbed
from tests.lambdas.sample_titles import TITLES
from tests.lambdas.samples import AT, a_task, an_event

CONFIGURATION_SET = "arn:aws:ses:eu-west-1:123456789012:configuration-set/tasks"

SMUGGLING = st.characters(codec=None) | st.sampled_from("<>&\"'/=!-{}%#")


def mailed(event: TaskEvent, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "sender": "tasks@example.com",
        "recipients": ["a@example.com", "b@example.com"],
        **changes,
    }
    [channel] = channels(EmailSettings(**values))
    ses = Accepting()
    with stubbed("sesv2", ses):
        assert channel.send(event) == "ses-1"
    return ses.emails[0]


def body_of(event: TaskEvent, form: str) -> str:
    return str(mailed(event)["Content"]["Simple"]["Body"][form]["Data"])


def titled(title: str) -> TaskEvent:
    return an_event(a_task(title=title))


def test_one_message_goes_to_everyone_as_text_and_html(aws_in_memory: None) -> None:
    message = mailed(an_event())

    assert message["FromEmailAddress"] == "tasks@example.com"
    assert message["Destination"] == {"ToAddresses": ["a@example.com", "b@example.com"]}
    simple = message["Content"]["Simple"]
    assert simple["Subject"] == {"Data": "Task created: Buy milk", "Charset": "UTF-8"}
    assert {form: body["Charset"] for form, body in simple["Body"].items()} == {
        "Text": "UTF-8",
        "Html": "UTF-8",
    }
    assert "ConfigurationSetName" not in message


def test_a_configuration_set_is_named(aws_in_memory: None) -> None:
    message = mailed(an_event(), configuration_set_arn=CONFIGURATION_SET)

    assert message["ConfigurationSetName"] == "tasks"


@pytest.mark.parametrize("event_id", [an_event().event_id, "urn:ж\r\nBcc: x", "x" * 500])
def test_headers_and_tags_identify_the_event(aws_in_memory: None, event_id: str) -> None:
    payload = {**an_event().to_payload(), "id": event_id}

    message = mailed(TaskEvent.from_payload(payload))

    [header] = message["Content"]["Simple"]["Headers"]
    tags = {tag["Name"]: tag["Value"] for tag in message["EmailTags"]}
    assert header["Name"] == "X-Entity-Ref-ID"
    assert header["Value"] == tags["event_id"]
    assert tags["event_type"] == "task-created-v1"
    for value in tags.values():
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value)
    if event_id == an_event().event_id:
        assert header["Value"] == event_id


@given(st.text(st.characters(codec=None)))
def test_no_title_can_break_out_of_the_subject(title: str) -> None:
    subject = subject_of(titled(title))

    assert subject.startswith("Task created:")
    assert len(subject) <= 120
    assert len(subject.splitlines()) == 1
    assert not any(character < " " or character == "\x7f" for character in subject)
    Header(subject, "utf-8").encode()


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_subject_shows_the_title_and_nothing_it_smuggles(title: str) -> None:
    subject = subject_of(titled(title))

    whole = one_line(f"Task created: {title}")
    assert subject == whole or (len(whole) > 120 and whole.startswith(subject.removesuffix("…")))
    assert "\u202e" not in subject


def test_a_long_title_is_cut_visibly() -> None:
    assert subject_of(titled("x" * 200)).endswith("x…")


@pytest.mark.parametrize("form", ["Text", "Html"])
def test_a_message_holds_what_people_need(aws_in_memory: None, form: str) -> None:
    due_at = "2026-04-01T08:00:00.000Z"
    task = a_task(detail="Two bottles\nof oat", due_at=due_at, status="in_progress")
    event = an_event(task)

    body = body_of(event, form)

    parts = ("Task created", "Buy milk", "in_progress", "Two bottles", "of oat", due_at, AT)
    for part in (*parts, task.task_id, event.event_id):
        assert part in body


@pytest.mark.parametrize("form", ["Text", "Html"])
def test_a_message_does_not_speak_of_what_a_task_does_not_have(
    aws_in_memory: None, form: str
) -> None:
    body = body_of(an_event(), form)

    assert "Due" not in body
    assert "None" not in body


def test_the_text_reads_as_it_is_laid_out(aws_in_memory: None) -> None:
    event = an_event(a_task(detail="Two bottles\n\nof oat", due_at=AT))

    assert body_of(event, "Text").splitlines() == [
        f"Task created at {AT}",
        "",
        "Title:  Buy milk",
        "Status: pending",
        f"Due:    {AT}",
        "",
        "> Two bottles",
        "> ",
        "> of oat",
        "",
        f"Task {event.task.task_id}, event {event.event_id}",
    ]


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_no_title_or_detail_can_pass_for_a_line_of_ours(aws_in_memory: None, title: str) -> None:
    event = an_event(a_task(title=title, detail=title))

    text = body_of(event, "Text").splitlines()

    assert f"Title:  {one_line(title)}" in text
    ours = [line for line in text if line and not line.startswith("> ")]
    assert [line.split()[0] for line in ours] == ["Task", "Title:", "Status:", "Task"]
    assert text[-1] == f"Task {event.task.task_id}, event {event.event_id}"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(SMUGGLING | st.just("\n")))
def test_a_detail_is_quoted_line_for_line(aws_in_memory: None, detail: str) -> None:
    text = body_of(an_event(a_task(detail=detail)), "Text")

    quoted = [line for line in text.splitlines() if line.startswith("> ")]
    assert quoted == [f"> {line}" for line in lines(detail)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(SMUGGLING | st.just("\n")))
def test_each_line_of_a_detail_adds_a_paragraph_and_nothing_else(
    aws_in_memory: None, detail: str
) -> None:
    without = Reader(body_of(an_event(), "Html"))

    read = Reader(body_of(an_event(a_task(detail=detail)), "Html"))

    added = Counter(tag for tag, _ in read.elements) - Counter(tag for tag, _ in without.elements)
    assert added == Counter(p=len(lines(detail)))
    assert read.comments == []


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_title_is_text_in_html_with_a_direction_of_its_own(
    aws_in_memory: None, title: str
) -> None:
    plain = Reader(body_of(an_event(a_task(detail="x")), "Html"))

    read = Reader(body_of(an_event(a_task(title=title, detail=one_line(title) or "x")), "Html"))

    assert read.heading == one_line(title)
    assert read.direction == "auto"
    assert read.elements == plain.elements
    assert read.comments == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(SMUGGLING))
def test_no_title_adds_an_element(aws_in_memory: None, title: str) -> None:
    plain = Reader(body_of(an_event(), "Html"))

    read = Reader(body_of(titled(title), "Html"))

    assert read.heading == one_line(title)
    assert (read.elements, read.comments) == (plain.elements, [])


def test_html_loads_nothing_from_other_servers(aws_in_memory: None) -> None:
    html = body_of(an_event(a_task(detail="Two bottles", due_at=AT)), "Html")

    assert not re.search(r"\b(src|href|url|@import|action)\b", html)
