"""The emulator makes the metrics that AWS documents for functions and HTTP APIs."""

from __future__ import annotations

import io
import time
import uuid
import zipfile
from typing import Any

import httpx
import pytest

from local.emulator.clients import REGION
from local.emulator.start import Emulator
from local.engine.services.apigatewayv2 import api_url
from local.wait import wait_until

TRUST = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
  "Principal": {"Service": "lambda.amazonaws.com"}}]}"""
CODE = """
def handle(event, context):
    if event.get("rawPath") == "/broken" or event.get("fail"):
        raise ValueError("failed on request")
    return {"statusCode": 404 if event.get("rawPath") == "/missing" else 200}
"""


class Deployed:
    """A function that fails on request."""

    def __init__(self, emulator: Emulator) -> None:
        self.client, self.name = emulator.client, f"shop-{uuid.uuid4()}"
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as bundle:
            bundle.writestr("app.py", CODE)
        role = self.client("iam").create_role(RoleName=self.name, AssumeRolePolicyDocument=TRUST)
        self.arn = self.client("lambda").create_function(
            FunctionName=self.name,
            Role=role["Role"]["Arn"],
            Runtime="python3.13",
            Handler="app.handle",
            Code={"ZipFile": archive.getvalue()},
        )["FunctionArn"]

    def invoke(self, payload: bytes, how: str = "RequestResponse") -> None:
        self.client("lambda").invoke(FunctionName=self.name, InvocationType=how, Payload=payload)

    def total(self, namespace: str, name: str, dimension: str, value: str) -> dict[str, float]:
        """Sum and count of a metric's values."""
        now = time.time()
        points = self.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Dimensions=[{"Name": dimension, "Value": value}],
            StartTime=now - 600,
            EndTime=now + 60,
            Period=3_600,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        return {key: sum(float(point[key]) for point in points) for key in ("Sum", "SampleCount")}

    def count_of(self, name: str) -> float:
        return self.total("AWS/Lambda", name, "FunctionName", self.name)["Sum"]


@pytest.fixture
def deployed(emulator: Emulator) -> Deployed:
    return Deployed(emulator)


def test_every_invocation_is_counted_once(deployed: Deployed) -> None:
    deployed.invoke(b"{}")
    deployed.invoke(b'{"fail": true}')

    assert (deployed.count_of("Invocations"), deployed.count_of("Errors")) == (2, 1)
    assert deployed.total("AWS/Lambda", "Duration", "FunctionName", deployed.name)["Sum"] > 0


def test_every_attempt_at_an_event_is_counted_and_the_last_failure_drops_it(
    deployed: Deployed,
) -> None:
    sqs = deployed.client("sqs")
    url = sqs.create_queue(QueueName=deployed.name)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    _send_failures_to(deployed, queue["QueueArn"])

    deployed.invoke(b'{"fail": true}', how="Event")

    wait_until(
        lambda: deployed.count_of("AsyncEventsDropped"), "the event to be dropped", seconds=20
    )
    assert deployed.count_of("AsyncEventsReceived") == 1
    assert (deployed.count_of("Invocations"), deployed.count_of("Errors")) == (3, 3)
    ages = deployed.total("AWS/Lambda", "AsyncEventAge", "FunctionName", deployed.name)
    assert ages["SampleCount"] == 3
    assert deployed.count_of("DestinationDeliveryFailures") == 0


def test_a_dead_letter_that_cannot_be_written_is_counted(deployed: Deployed) -> None:
    _send_failures_to(deployed, f"arn:aws:sqs:{REGION}:000000000000:gone-{deployed.name}")

    deployed.invoke(b'{"fail": true}', how="Event")

    wait_until(lambda: deployed.count_of("DestinationDeliveryFailures"), "the failure", seconds=20)


def an_api(deployed: Deployed, *route_keys: str, **stage: Any) -> tuple[str, str]:
    """The id and the URL of an API that calls the function."""
    apis = deployed.client("apigatewayv2")
    api_id = apis.create_api(Name=deployed.name, ProtocolType="HTTP")["ApiId"]
    integration = apis.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=deployed.arn,
        PayloadFormatVersion="2.0",
    )["IntegrationId"]
    for route_key in route_keys:
        apis.create_route(ApiId=api_id, RouteKey=route_key, Target=f"integrations/{integration}")
    apis.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True, **stage)
    return api_id, api_url(deployed.client.endpoint, api_id)


def test_requests_are_counted_by_the_status_of_the_response(deployed: Deployed) -> None:
    api_id, url = an_api(deployed, "$default")

    for path in ("/", "/missing", "/broken"):
        httpx.get(f"{url}{path}", trust_env=False)

    def total(name: str) -> dict[str, float]:
        return deployed.total("AWS/ApiGateway", name, "ApiId", api_id)

    assert [total(name)["Sum"] for name in ("Count", "4xx", "5xx")] == [3, 1, 1]
    assert total("Latency")["SampleCount"] == 3


def test_with_detailed_metrics_each_route_counts_for_itself(deployed: Deployed) -> None:
    detailed = {"DetailedMetricsEnabled": True}
    routes = ("GET /", "GET /{path}")
    api_id, url = an_api(deployed, *routes, DefaultRouteSettings=detailed)
    _, quiet = an_api(deployed, *routes)

    for path in ("/", "/missing", "/broken"):
        httpx.get(f"{url}{path}", trust_env=False)
        httpx.get(f"{quiet}{path}", trust_env=False)

    metrics = deployed.client("cloudwatch").list_metrics(
        Namespace="AWS/ApiGateway", MetricName="5xx", Dimensions=[{"Name": "Resource"}]
    )["Metrics"]
    found = [{each["Name"]: each["Value"] for each in metric["Dimensions"]} for metric in metrics]
    of_api = {"ApiId": api_id, "Stage": "$default", "Method": "GET"}
    assert sorted(found, key=lambda each: each["Resource"]) == [
        {**of_api, "Resource": "/"},
        {**of_api, "Resource": "/{path}"},
    ]


def test_a_route_with_a_limit_is_throttled_and_no_other(deployed: Deployed) -> None:
    limit = {"ThrottlingRateLimit": 0.01, "ThrottlingBurstLimit": 2}
    api_id, url = an_api(deployed, "GET /a", "GET /b", RouteSettings={"GET /a": limit})

    statuses = [httpx.get(f"{url}/{path}", trust_env=False).status_code for path in "aaabbb"]

    assert statuses == [200, 200, 429, 200, 200, 200]
    assert deployed.total("AWS/ApiGateway", "4xx", "ApiId", api_id)["Sum"] == 1


def test_a_saved_query_is_stored_until_it_is_deleted(emulator: Emulator) -> None:
    logs, name = emulator.client("logs"), f"shop-{uuid.uuid4()}"
    query_id = logs.put_query_definition(name=name, queryString="fields @message")[
        "queryDefinitionId"
    ]

    def found() -> list[dict[str, Any]]:
        response = logs.describe_query_definitions(queryDefinitionNamePrefix=name)
        return list(response["queryDefinitions"])

    assert [each["queryString"] for each in found()] == ["fields @message"]
    assert logs.delete_query_definition(queryDefinitionId=query_id)["success"]
    assert found() == []


def test_the_key_of_a_log_group_can_be_set_and_taken_away(emulator: Emulator) -> None:
    logs, name = emulator.client("logs"), f"shop-{uuid.uuid4()}"
    key = "arn:aws:kms:us-east-1:000000000000:key/1"
    logs.create_log_group(logGroupName=name)

    def key_now() -> object:
        [group] = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return group.get("kmsKeyId")

    logs.associate_kms_key(logGroupName=name, kmsKeyId=key)
    assert key_now() == key
    logs.disassociate_kms_key(logGroupName=name)
    assert key_now() is None


def _send_failures_to(deployed: Deployed, queue_arn: str) -> None:
    deployed.client("lambda").put_function_event_invoke_config(
        FunctionName=deployed.name,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
