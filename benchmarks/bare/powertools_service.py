"""The bare service with Powertools for AWS Lambda, as its documentation shows it: a resolver, a
logger and metrics, and boto3.

https://docs.aws.amazon.com/powertools/python/latest/core/event_handler/api_gateway/
"""

import json
import os
import uuid

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger(service="tasks")
metrics = Metrics(namespace="tasks", service="tasks")
app = APIGatewayHttpResolver()
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
lambda_client = boto3.client("lambda")


@app.post("/tasks")
def create_task():
    task = {"id": str(uuid.uuid4()), **app.current_event.json_body}
    table.put_item(Item=task)
    response = lambda_client.invoke(
        FunctionName=os.environ["TARGET_ARN"],
        InvocationType="Event",
        Payload=json.dumps(task),
    )
    # Or every invoke opens a connection of its own.
    response["Payload"].read()
    metrics.add_metric(name="TaskCreated", unit=MetricUnit.Count, value=1)
    logger.info("task created", extra={"task_id": task["id"]})
    return task, 201


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@metrics.log_metrics(capture_cold_start_metric=True)
def handle(event, context):
    return app.resolve(event, context)
