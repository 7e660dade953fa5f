"""What a back end is told of the caller: the API says it, and no client can."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_runtime.robust_api.handlers.fields import body_with_fields, said_by_api
from serverless_runtime.web.http.problem import Problem
from serverless_runtime.web.http.request import Request

FIELDS = json.dumps(
    {
        "customer": "$context.authorizer.claims.sub",
        "tenant": "$context.authorizer.tenant",
        "system": "$context.identity.userArn",
        "order": "$request.path.orderId",
    }
)
ALL: dict[str, Any] = {
    "jwt": {"claims": {"sub": "c-1"}, "scopes": None},
    "lambda": {"tenant": 7},
    "iam": {"userArn": "arn:aws:iam::123456789012:user/x"},
}
SAID = {
    "customer": "c-1",
    "tenant": 7,
    "system": "arn:aws:iam::123456789012:user/x",
    "order": "o-1",
}
OBJECTS = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cn", "Co"]), max_size=5),
    st.integers(-(2**53), 2**53) | st.booleans() | st.none() | st.just(["x", {"y": 1}]),
    max_size=4,
)


def event(authorizer: Any) -> dict[str, Any]:
    return {"requestContext": {"authorizer": authorizer}, "pathParameters": {"orderId": "o-1"}}


def a_request(body: str) -> Request:
    return Request(
        route="/orders",
        method="POST",
        path="/orders",
        path_parameters={},
        query={},
        headers={"content-type": "application/json"},
        body=body,
        body_is_base64=False,
        correlation_id="c",
    )


def told(body: str, fields: str = FIELDS, *, max_bytes: int = 1_000) -> bytes:
    return body_with_fields(a_request(body), event(ALL), fields, max_bytes=max_bytes)


@given(document=OBJECTS, indent=st.sampled_from([None, 1]), around=st.sampled_from(["", " ", "\n"]))
def test_a_body_is_told_who_sent_it_and_stays_as_it_was(
    document: dict[str, Any], indent: int | None, around: str
) -> None:
    body = json.dumps(document, indent=indent)

    found = told(f"{around}{body}{around}").decode()

    assert json.loads(found) == {**SAID, **document}
    assert found.endswith(body[1:])


def test_without_fields_a_body_stays_as_it_is() -> None:
    assert told(' {"a": 1.50}', "{}") == b' {"a": 1.50}'


@pytest.mark.parametrize("name", ["customer", "custome\\u0072"])
def test_a_client_cannot_say_who_it_is(name: str) -> None:
    with pytest.raises(Problem) as refused:
        told(f'{{"{name}": "c-2"}}')

    assert refused.value.status == 400
    assert [each.field for each in refused.value.errors] == ["/customer"]


@pytest.mark.parametrize(
    "authorizer", [None, {}, {"jwt": None}, {"jwt": {"claims": {}}}, {"lambda": {"sub": "x"}}]
)
def test_a_caller_of_whom_the_api_knows_nothing_is_refused(authorizer: Any) -> None:
    with pytest.raises(Problem, match="the API does not know the customer of the caller") as error:
        said_by_api(event(authorizer), FIELDS)

    assert error.value.status == 403


def test_body_and_caller_together_fit_the_limit() -> None:
    body = '{"a": "' + 200 * "x" + '"}'
    size = len(told(body))

    assert told(body, max_bytes=size)
    with pytest.raises(Problem) as refused:
        told(body, max_bytes=size - 1)
    assert refused.value.status == 413
