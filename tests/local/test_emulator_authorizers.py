"""What HTTP APIs do with those who call, as AWS documents it:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import Any, NamedTuple

import httpx
import pytest

from local.emulator.clients import ACCOUNT_ID, REGION
from local.emulator.start import Emulator
from local.engine.services.apigatewayv2 import api_url
from tests.local.roles import policy_of

CACHE_SECONDS = 300
# Each run says so, and has the event in its context: what was cached has that of another request.
_DECIDES = """
import json, uuid

def handle(event, context):
    key = event["identitySource"][0]
    if key == "fails":
        raise ValueError(key)
    if key == "no-answer":
        return {"allowed": True}
    if key == "nearly":
        return {"isAuthorized": "false"}
    said = {"run": str(uuid.uuid4()), "number": 1, "event": json.dumps(event)}
    return {"isAuthorized": key != "refused", "context": said}
"""
_RESPONDS = """
import json

def handle(event, context):
    return {"statusCode": 200, "body": json.dumps(event["requestContext"]["authorizer"]["lambda"])}
"""


class Api(NamedTuple):
    """An HTTP API whose routes GET /a, GET /b and GET /c/{id} ask an authorizer."""

    url: str
    api_id: str
    authorizer_id: str
    function: str

    def get(self, key: str | None, path: str = "/a") -> httpx.Response:
        headers = {} if key is None else {"X-Key": key}
        return httpx.get(f"{self.url}{path}", headers=headers, timeout=30)

    @property
    def source_arn(self) -> str:
        api = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{self.api_id}"
        return f"{api}/authorizers/{self.authorizer_id}"


def _function(emulator: Emulator, source: str) -> str:
    trust = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    name, bundle = f"function-{uuid.uuid4()}", io.BytesIO()
    role = emulator.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=policy_of(trust)
    )["Role"]
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("app.py", source)
    made = emulator.client("lambda").create_function(
        FunctionName=name,
        Role=role["Arn"],
        Runtime="python3.13",
        Handler="app.handle",
        Code={"ZipFile": bundle.getvalue()},
    )
    arn: str = made["FunctionArn"]
    return arn


def _an_api(emulator: Emulator, *more_sources: str) -> Api:
    client = emulator.client("apigatewayv2")
    decides, responds = (_function(emulator, source) for source in (_DECIDES, _RESPONDS))
    api_id = client.create_api(Name=f"api-{uuid.uuid4()}", ProtocolType="HTTP")["ApiId"]
    integration = client.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=responds,
        PayloadFormatVersion="2.0",
    )
    authorizer = client.create_authorizer(
        ApiId=api_id,
        Name="keys",
        AuthorizerType="REQUEST",
        AuthorizerUri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{decides}"
        "/invocations",
        AuthorizerPayloadFormatVersion="2.0",
        EnableSimpleResponses=True,
        IdentitySource=["$request.header.x-key", *more_sources],
        AuthorizerResultTtlInSeconds=CACHE_SECONDS,
    )
    for path in ("/a", "/b", "/c/{id}"):
        client.create_route(
            ApiId=api_id,
            RouteKey=f"GET {path}",
            Target=f"integrations/{integration['IntegrationId']}",
            AuthorizationType="CUSTOM",
            AuthorizerId=authorizer["AuthorizerId"],
        )
    client.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    url = api_url(emulator.url, api_id)
    return Api(url, api_id, authorizer["AuthorizerId"], decides)


def _permit(emulator: Emulator, api: Api, source_arn: str) -> None:
    emulator.client("lambda").add_permission(
        FunctionName=api.function,
        StatementId=f"s-{uuid.uuid4()}",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=source_arn,
    )


@pytest.fixture(scope="module")
def api(emulator: Emulator) -> Api:
    made = _an_api(emulator, "$context.routeKey")
    _permit(emulator, made, made.source_arn)
    return made


def _run(response: httpx.Response) -> Any:
    assert response.status_code == httpx.codes.OK, response.text
    return response.json()["run"]


def test_who_is_let_in_is_known_to_the_routes_function(api: Api) -> None:
    said = api.get("known", "/c/7?x=1").json()

    event = json.loads(said["event"])
    assert said["number"] == 1
    assert (event["version"], event["type"]) == ("2.0", "REQUEST")
    assert event["identitySource"] == ["known", "GET /c/{id}"]
    assert event["routeKey"] == event["requestContext"]["routeKey"] == "GET /c/{id}"
    assert event["headers"]["x-key"] == "known"


def test_a_request_without_its_identity_is_refused_and_a_refusal_forbids(api: Api) -> None:
    statuses = [api.get(key).status_code for key in (None, "", "refused")]

    assert statuses == [httpx.codes.UNAUTHORIZED, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN]


@pytest.mark.parametrize("key", ["fails", "no-answer", "nearly"])
def test_an_authorizer_that_does_not_decide_lets_nobody_in(api: Api, key: str) -> None:
    assert api.get(key).status_code == httpx.codes.INTERNAL_SERVER_ERROR


def test_a_decision_is_cached_by_the_identity_with_the_route(api: Api) -> None:
    first = _run(api.get("cached"))

    assert _run(api.get("cached")) == first
    assert _run(api.get("cached", "/b")) != first
    assert _run(api.get("another")) != first
    by_id = _run(api.get("cached", "/c/1"))
    assert _run(api.get("cached", "/c/2")) == by_id, "a route, not a path"


def test_without_the_route_in_the_identity_a_decision_holds_for_every_route(
    emulator: Emulator,
) -> None:
    by_key = _an_api(emulator)
    _permit(emulator, by_key, by_key.source_arn)

    assert _run(by_key.get("cached")) == _run(by_key.get("cached", "/b"))


def test_a_reset_forgets_the_decisions_about_a_stage_and_nothing_else(
    emulator: Emulator, api: Api
) -> None:
    client, other = emulator.client("apigatewayv2"), _an_api(emulator, "$context.routeKey")
    _permit(emulator, other, other.source_arn)
    before, of_other = _run(api.get("reset")), _run(other.get("reset"))

    client.reset_authorizers_cache(ApiId=api.api_id, StageName="$default")

    after = _run(api.get("reset"))
    assert after != before
    assert _run(api.get("reset")) == after, "cached again"
    assert _run(other.get("reset")) == of_other
    with pytest.raises(client.exceptions.NotFoundException):
        client.reset_authorizers_cache(ApiId=api.api_id, StageName="absent")
    assert client.get_stage(ApiId=api.api_id, StageName="$default")["StageName"] == "$default"


def test_a_function_that_does_not_permit_the_authorizer_is_not_asked(emulator: Emulator) -> None:
    api = _an_api(emulator, "$context.routeKey")
    other = api.source_arn.replace(api.authorizer_id, "other")
    statuses = [api.get("known").status_code]

    _permit(emulator, api, other)
    statuses.append(api.get("known").status_code)
    _permit(emulator, api, api.source_arn)
    statuses.append(api.get("known").status_code)

    assert statuses == [500, 500, 200]


@pytest.mark.parametrize(
    "authorization",
    ["Bearer token", "Basic dGVzdDp0ZXN0", "AWS4-HMAC-SHA256", "aws4-hmac-sha256 x"],
)
def test_what_is_no_signature_does_not_open_a_route_with_iam(
    emulator: Emulator, authorization: str
) -> None:
    client = emulator.client("apigatewayv2")
    api_id = client.create_api(Name=f"api-{uuid.uuid4()}", ProtocolType="HTTP")["ApiId"]
    integration = client.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=_function(emulator, "def handle(event, context): return {}"),
        PayloadFormatVersion="2.0",
    )
    client.create_route(
        ApiId=api_id,
        RouteKey="GET /a",
        Target=f"integrations/{integration['IntegrationId']}",
        AuthorizationType="AWS_IAM",
    )
    client.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    url = api_url(emulator.url, api_id)

    refused = httpx.get(f"{url}/a", headers={"Authorization": authorization}, timeout=30)

    assert refused.status_code == httpx.codes.FORBIDDEN
