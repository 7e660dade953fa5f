"""HTTP APIs send to queues themselves, with the role of the integration."""

from __future__ import annotations

import contextvars
import functools
import json
import os
import time
import uuid
from collections.abc import Coroutine
from importlib import import_module
from typing import Any
from xml.etree import ElementTree

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="an HTTP API sends to a queue itself (integration subtype SQS-SendMessage)",
        emulator="forgets the subtype, and responds with 502",
        workaround="local/emulator/patches/http_integrations.py makes the call with the "
        "integration's role",
    ),
)

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
_SUBTYPE = "SQS-SendMessage"
_FORGOTTEN = ("integrationSubtype", "credentialsArn")
_HEADER = "overwrite:header."
_JSON = {"Content-Type": "application/json"}
_REGION = "us-east-1"
_STS_NAMESPACE = "{https://sts.amazonaws.com/doc/2011-06-15/}"

Answer = tuple[int, bytes]


def apply() -> None:
    """Keep what an integration with a service needs, and call the service."""
    api_gateway: Any = import_module("ministack.services.apigateway")
    _remember(api_gateway)
    invoke = api_gateway._invoke_lambda_proxy

    async def invoke_or_send(  # noqa: PLR0917 -- as MiniStack calls it
        integration: Any,
        api_id: str,
        stage: str,
        path: str,
        method: str,
        headers: Any,
        body: bytes,
        query: Any,
        route_key: str = "$default",
        path_params: Any = None,
        **named: Any,
    ) -> Any:
        if integration.get("integrationSubtype") != _SUBTYPE:
            return await invoke(
                *(integration, api_id, stage, path, method, headers, body, query),
                *(route_key, path_params),
                **named,
            )
        known = {
            "request_headers": headers,
            "request_query": query or {},
            "path_params": path_params or {},
            "context_vars": _context(api_id, stage, route_key),
            "stage_vars": {},
        }
        resolve = functools.partial(api_gateway._resolve_mapping_value, **known)
        status, text = _send(integration, body, resolve)
        mapped = (integration.get("responseParameters") or {}).get(str(status), {})
        response_headers = {
            name.removeprefix(_HEADER): resolve(value) or ""
            for name, value in mapped.items()
            if name.startswith(_HEADER)
        }
        status = int(mapped.get("overwrite:statuscode", status))
        return status, {**_JSON, **response_headers}, text

    api_gateway._invoke_lambda_proxy = invoke_or_send


def _remember(api_gateway: Any) -> None:
    create, update = api_gateway._create_integration, api_gateway._update_integration

    def create_whole(api_id: str, data: Any) -> Any:
        response = create(api_id, data)
        made = json.loads(response[2])
        return _kept(api_gateway, response, api_id, made.get("integrationId"), data)

    def update_whole(api_id: str, integration_id: str, data: Any) -> Any:
        response = update(api_id, integration_id, data)
        return _kept(api_gateway, response, api_id, integration_id, data)

    api_gateway._create_integration, api_gateway._update_integration = create_whole, update_whole


def _kept(api_gateway: Any, response: Any, api_id: str, integration_id: str, data: Any) -> Any:
    integration = api_gateway._integrations.get(api_id, {}).get(integration_id)
    if integration is None:
        return response
    integration.update({name: data[name] for name in _FORGOTTEN if data.get(name)})
    return api_gateway._apigw_response(integration, response[0])


def _context(api_id: str, stage: str, route_key: str) -> dict[str, str]:
    return {
        "apiId": api_id,
        "requestId": str(uuid.uuid4()),
        "requestTimeEpoch": str(int(time.time() * 1000)),
        "routeKey": route_key,
        "stage": stage,
    }


def _send(integration: Any, body: bytes, resolve: Any) -> Answer:
    try:
        arguments = {
            name: body.decode() if value == "$request.body" else resolve(value)
            for name, value in integration["requestParameters"].items()
        }
        if "MessageAttributes" in arguments:
            arguments["MessageAttributes"] = json.loads(arguments["MessageAttributes"])
    except ValueError:
        # A body that is no text, or a header that breaks the text it is pasted into.
        return 400, b'{"message":"Bad Request"}'
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "AmazonSQS.SendMessage",
    }
    keys = _session(integration["credentialsArn"])
    if keys is None:
        return 500, b'{"message":"Internal Server Error"}'
    return _call("sqs", json.dumps(arguments).encode(), headers, keys)


_SESSION_SECONDS = 1_800

_sessions: dict[str, tuple[float, Any]] = {}


def _session(role_arn: str) -> Any:
    """The keys of a session with the role; None if it cannot be assumed."""
    made_at, keys = _sessions.get(role_arn, (float("-inf"), None))
    if time.monotonic() - made_at > _SESSION_SECONDS:
        credentials = import_module("botocore.credentials").Credentials
        own = credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
        body = f"Action=AssumeRole&Version=2011-06-15&RoleSessionName=apigateway&RoleArn={role_arn}"
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, text = _call("sts", body.encode(), form, own)
        if status != 200:  # noqa: PLR2004 -- it succeeded or it did not
            return None
        given = ElementTree.fromstring(text).find(f".//{_STS_NAMESPACE}Credentials")  # noqa: S314
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        parts = [given.findtext(f"{_STS_NAMESPACE}{name}") for name in names]  # type: ignore[union-attr]
        keys = credentials(*parts)
        _sessions[role_arn] = (time.monotonic(), keys)
    return keys


def _call(service: str, body: bytes, headers: dict[str, str], keys: Any) -> Answer:
    """POST to the emulator itself, signed, so that it refuses what the keys may not do.

    Not over the network: on shared cores a second connection for each call takes longer than the
    call.
    """
    host = f"127.0.0.1:{os.environ['GATEWAY_PORT']}"
    request = import_module("botocore.awsrequest").AWSRequest(
        "POST", f"http://{host}/", data=body, headers={**headers, "Host": host}
    )
    import_module("botocore.auth").SigV4Auth(keys, service, _REGION).add_auth(request)
    # In a context of its own: the emulator keeps whose request it is in context variables.
    return contextvars.copy_context().run(_at_once, _asgi(body, dict(request.headers), host))


def _at_once(call: Coroutine[Any, Any, Answer]) -> Answer:
    """Run it to its end. These calls wait for nothing; scheduled one by one, they would wait for
    every other request."""
    try:
        call.send(None)
    except StopIteration as ended:
        answer: Answer = ended.value
        return answer
    raise RuntimeError("the emulator waits within a call, and cannot be called at once any more")


async def _asgi(body: bytes, headers: dict[str, str], host: str) -> Answer:
    status, parts = 500, []
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "http_version": "1.1",
        "client": ("127.0.0.1", 0),
        "server": tuple(host.split(":")),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await import_module("ministack.app").app(scope, receive, send)
    return status, b"".join(parts)
