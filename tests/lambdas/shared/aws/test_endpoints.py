"""Endpoints are those of botocore."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import create_loader

from serverless_runtime.shared.aws.connections import Response
from serverless_runtime.shared.aws.endpoints import MissingRegionError, endpoint_from
from tests.lambdas.shared.aws.recorded_wire import SMALL_CLIENTS, boto3_client

FIPS, DUAL_STACK = "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"
RULES = "endpoint-rule-set-1"
PREFIXES = {"sesv2": "email"}


@pytest.mark.parametrize("service", SMALL_CLIENTS)
@pytest.mark.parametrize(("fips", "dual_stack"), [*itertools.product([True, False], repeat=2)])
def test_every_region_of_every_partition_is_reached_where_botocore_reaches_it(
    service: str, fips: bool, dual_stack: bool
) -> None:
    loader = create_loader()
    partitions = loader.load_data("partitions")
    rules = EndpointProvider(loader.load_service_model(service, RULES), partitions)
    regions = [region for each in partitions["partitions"] for region in each["regions"]]
    regions = [region for region in regions if not region.endswith("-global")]
    switches = {FIPS: str(fips).lower(), DUAL_STACK: str(dual_stack).lower()}

    assert len(regions) > 40
    for region in [*regions, "us-west-9"]:
        theirs = rules.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual_stack)
        environ = {"AWS_DEFAULT_REGION": region, **switches}
        assert endpoint_from(environ, service, PREFIXES.get(service, service)) == theirs.url


CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", {"TableName": "t", "Key": {"id": {"S": "1"}}}),
    "lambda": ("invoke", {"FunctionName": "f"}),
    "sqs": ("send_message", {"QueueUrl": "https://q/1/q", "MessageBody": "x"}),
    "sesv2": ("send_email", {"Content": {"Raw": {"Data": b"x"}}}),
    "sns": ("publish", {"Message": "x"}),
    "events": ("put_events", {"Entries": [{"Detail": "{}"}]}),
    "secretsmanager": ("get_secret_value", {"SecretId": "s"}),
    "ssm": ("get_parameter", {"Name": "p"}),
}
RESPONSES = {"sns": b"<R><PublishResult></PublishResult></R>"}
HERE = {"AWS_ENDPOINT_URL": "http://here:1"}


NAMES = {
    **{service: f"AWS_ENDPOINT_URL_{service.upper()}" for service in SMALL_CLIENTS},
    "events": "AWS_ENDPOINT_URL_EVENTBRIDGE",
    "secretsmanager": "AWS_ENDPOINT_URL_SECRETS_MANAGER",
}
OWN = {**HERE, **{name: f"http://{service}" for service, name in NAMES.items()}}


@pytest.mark.parametrize("service", SMALL_CLIENTS)
@pytest.mark.parametrize(
    "environ",
    [
        OWN,
        {**HERE, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
        {**HERE, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"},
        {**HERE, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True", FIPS: "TRUE"},
        {**HERE, FIPS: "true", DUAL_STACK: "true"},
        {FIPS: "1", DUAL_STACK: ""},
    ],
)
def test_the_environment_names_endpoints_as_for_botocore(
    service: str, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_same_endpoint(service, environ, monkeypatch)


@pytest.mark.parametrize("service", SMALL_CLIENTS)
def test_names_of_other_services_are_not_its_own(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = {name: url for name, url in OWN.items() if name != NAMES[service]}
    nobodys = ["AWS_ENDPOINT_URL_SECRETSMANAGER", "AWS_ENDPOINT_URL_EVENTS"]

    environ = {**others, **dict.fromkeys(nobodys, "http://nobody")}
    assert_same_endpoint(service, environ, monkeypatch)


def assert_same_endpoint(
    service: str, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    sent: list[AWSPreparedRequest] = []
    operation, arguments = CALLS[service]
    client = boto3_client(service, [Response(200, {}, RESPONSES.get(service, b"{}"))], sent=sent)
    getattr(client, operation)(**arguments)

    environ = {**environ, "AWS_DEFAULT_REGION": "eu-west-1"}
    ours = endpoint_from(environ, service, PREFIXES.get(service, service))
    assert urlsplit(ours)[:2] == urlsplit(sent[0].url)[:2]


def test_the_region_may_have_either_name() -> None:
    environ = {"AWS_REGION": "eu-west-1"}

    assert endpoint_from(environ, "lambda", "lambda") == "https://lambda.eu-west-1.amazonaws.com"
    with pytest.raises(MissingRegionError, match="AWS_DEFAULT_REGION is not set"):
        endpoint_from({}, "lambda", "lambda")
