"""Log groups, and saved queries of CloudWatch Logs Insights."""

from __future__ import annotations

from local.emulator.clients import ACCOUNT_ID, REGION, Clients
from local.engine.registry import Created, Inputs, as_int, creates, without_none


@creates("aws:cloudwatch/logGroup:LogGroup")
def create_log_group(client: Clients, name: str, inputs: Inputs) -> Created:
    client("logs").create_log_group(
        logGroupName=name,
        tags=inputs.get("tags", {}),
        **without_none(kmsKeyId=inputs.get("kmsKeyId")),
    )
    if inputs.get("retentionInDays"):
        client("logs").put_retention_policy(
            logGroupName=name, retentionInDays=as_int(inputs["retentionInDays"])
        )
    return name, {"arn": f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{name}"}


@creates("aws:cloudwatch/queryDefinition:QueryDefinition")
def create_query_definition(client: Clients, name: str, inputs: Inputs) -> Created:
    query_id = client("logs").put_query_definition(
        name=name,
        queryString=inputs["queryString"],
        logGroupNames=inputs.get("logGroupNames", []),
    )["queryDefinitionId"]
    return query_id, {"queryDefinitionId": query_id}
