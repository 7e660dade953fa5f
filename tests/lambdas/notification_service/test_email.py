from __future__ import annotations

import json
from collections.abc import Callable
from email.header import Header
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from lambdas.notification_service.channel import (
    Channel,
    ChannelError,
    PermanentChannelError,
    UnknownOutcomeError,
)
from lambdas.notification_service.channels.email import channels, subject_of, text_of
from lambdas.notification_service.channels.ses_refusals import IS_PERMANENT
from lambdas.notification_service.settings.email import EmailSettings
from lambdas.shared import aws
from tests.lambdas.recorded_lambda import RawBody
from tests.lambdas.samples import AT, a_task, an_event


def channel() -> Channel:
    settings = EmailSettings(
        sender="tasks@example.com", recipients=["a@example.com", "b@example.com"]
    )
    [only] = channels(settings)
    return only


def sent_while(hook: Callable[..., Any]) -> str | ChannelError:
    """Send, with `hook` answering in SES's place, and return the id or the error."""
    events = aws.client("sesv2").meta.events
    events.register_first("before-send.sesv2.SendEmail", hook)
    try:
        return channel().send(an_event())
    except ChannelError as error:
        return error
    finally:
        events.unregister("before-send.sesv2.SendEmail", hook)


def test_one_plain_text_message_goes_to_everyone(aws_in_memory: None) -> None:
    requests: list[dict[str, Any]] = []

    def accept(request: Any, **_: Any) -> AWSResponse:
        requests.append(json.loads(request.body))
        return AWSResponse(request.url, 200, {}, RawBody(b'{"MessageId": "ses-1"}'))

    assert sent_while(accept) == "ses-1"

    [message] = requests
    assert message["FromEmailAddress"] == "tasks@example.com"
    assert message["Destination"] == {"ToAddresses": ["a@example.com", "b@example.com"]}
    simple = message["Content"]["Simple"]
    assert simple["Subject"]["Data"] == "Task created: Buy milk"
    assert list(simple["Body"]) == ["Text"]


def test_a_refusal_says_who_refused_and_why(aws_in_memory: None) -> None:
    def refuse(request: Any, **_: Any) -> AWSResponse:
        headers = {"x-amzn-errortype": "MessageRejected"}
        body = b'{"message": "Email address is not verified."}'
        return AWSResponse(request.url, 400, headers, RawBody(body))

    assert str(sent_while(refuse)) == (
        "SES refused the message: MessageRejected: Email address is not verified."
    )


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (
            ReadTimeoutError,
            UnknownOutcomeError,
            "SES gave no answer (ReadTimeoutError); the message may have been sent",
        ),
        (
            ConnectTimeoutError,
            ChannelError,
            "SES could not be reached (ConnectTimeoutError); nothing was sent",
        ),
    ],
)
def test_silence_is_asked_once_and_says_what_it_means(
    aws_in_memory: None, error: Callable[..., Exception], kind: type[ChannelError], text: str
) -> None:
    asked = []

    def be_silent(request: Any, **_: Any) -> None:
        asked.append(request)
        raise error(endpoint_url=request.url)

    heard = sent_while(be_silent)

    assert type(heard) is kind
    assert str(heard) == text
    assert len(asked) == 1


@given(st.text(st.characters(codec=None)))
def test_no_title_can_break_out_of_the_subject(title: str) -> None:
    subject = subject_of(an_event(a_task(title=title)))

    assert subject.startswith("Task created:")
    assert len(subject) <= 120
    assert len(subject.splitlines()) == 1
    assert not any(character < " " or character == "\x7f" for character in subject)
    Header(subject, "utf-8").encode()


def test_a_long_title_is_cut_visibly() -> None:
    assert subject_of(an_event(a_task(title="x" * 200))).endswith("x…")


def test_the_text_holds_what_people_need() -> None:
    task = a_task(detail="Two bottles", due_at=AT, status="in_progress")

    text = text_of(an_event(task))

    for part in ("Buy milk", "in_progress", "Two bottles", AT, task.task_id):
        assert part in text


def refused_with(code: str, status: int = 400) -> str | ChannelError:
    def refuse(request: Any, **_: Any) -> AWSResponse:
        headers = {"x-amzn-errortype": code}
        return AWSResponse(request.url, status, headers, RawBody(b'{"message": "no"}'))

    return sent_while(refuse)


@pytest.mark.parametrize("code", [*IS_PERMANENT, "SomethingNew"])
def test_only_what_minutes_cannot_mend_is_permanent(aws_in_memory: None, code: str) -> None:
    error = refused_with(code)

    permanent = code in ("BadRequestException", "AccountSuspendedException")
    assert type(error) is (PermanentChannelError if permanent else ChannelError)
    assert str(error) == f"SES refused the message: {code}: no"


def test_every_error_that_ses_documents_is_decided(aws_in_memory: None) -> None:
    operation = aws.client("sesv2").meta.service_model.operation_model("SendEmail")

    assert set(IS_PERMANENT) == {shape.name for shape in operation.error_shapes}


@pytest.mark.parametrize("status", [500, 503])
def test_a_fault_of_ses_may_have_sent(aws_in_memory: None, status: int) -> None:
    error = refused_with("InternalFailure", status)

    assert type(error) is UnknownOutcomeError
    assert str(error) == "SES failed: InternalFailure: no; the message may have been sent"
