"""Everything that exists in an emulator, as each service lists it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local.emulator.clients import Clients

Listing = dict[str, list[str]]
"""Names by kind, sorted; kinds of which there is none are left out."""

_OPTIONS = {"composite alarms": {"AlarmTypes": ["CompositeAlarm"]}}

# Kind: boto3 client, operation, key of its response, key of the name (None: the entry is the name).
_LISTS = {
    "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
    "event source mappings": (
        "lambda",
        "list_event_source_mappings",
        "EventSourceMappings",
        "FunctionArn",
    ),
    "tables": ("dynamodb", "list_tables", "TableNames", None),
    "queues": ("sqs", "list_queues", "QueueUrls", None),
    "topics": ("sns", "list_topics", "Topics", "TopicArn"),
    "subscriptions": ("sns", "list_subscriptions", "Subscriptions", "Endpoint"),
    "log groups": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "composite alarms": ("cloudwatch", "describe_alarms", "CompositeAlarms", "AlarmName"),
    "dashboards": ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    "roles": ("iam", "list_roles", "Roles", "RoleName"),
    "apis": ("apigatewayv2", "get_apis", "Items", "Name"),
    "schedules": ("scheduler", "list_schedules", "Schedules", "Name"),
    "queries": ("logs", "describe_query_definitions", "queryDefinitions", "name"),
    "rules": ("events", "list_rules", "Rules", "Name"),
    "buckets": ("s3", "list_buckets", "Buckets", "Name"),
    "secrets": ("secretsmanager", "list_secrets", "SecretList", "Name"),
    "parameters": ("ssm", "describe_parameters", "Parameters", "Name"),
    "key aliases": ("kms", "list_aliases", "Aliases", "AliasName"),
    "senders": ("sesv2", "list_email_identities", "EmailIdentities", "IdentityName"),
}


# Type in a state: its kind, and the output that is its name there.
NAMED = {
    "aws:apigatewayv2/api:Api": ("apis", "name"),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": ("composite alarms", "alarmName"),
    "aws:cloudwatch/dashboard:Dashboard": ("dashboards", "dashboardName"),
    "aws:cloudwatch/logGroup:LogGroup": ("log groups", "name"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("alarms", "name"),
    "aws:dynamodb/table:Table": ("tables", "name"),
    "aws:iam/role:Role": ("roles", "name"),
    "aws:kms/alias:Alias": ("key aliases", "name"),
    "aws:kms/key:Key": ("keys", "keyId"),
    "aws:lambda/function:Function": ("functions", "name"),
    "aws:scheduler/schedule:Schedule": ("schedules", "name"),
    "aws:sesv2/emailIdentity:EmailIdentity": ("senders", "emailIdentity"),
    "aws:sns/topic:Topic": ("topics", "arn"),
    "aws:sqs/queue:Queue": ("queues", "url"),
}
_KINDS = {kind for kind, _ in NAMED.values()}


def named(there: Listing) -> Listing:
    """The kinds of `NAMED`: other things belong to one of these."""
    return {kind: names for kind, names in there.items() if kind in _KINDS}


def listed(clients: Clients) -> Listing:
    """What there is now, with what belongs to it: a role's policies, an API's routes."""
    found = {kind: sorted(_names(clients, kind)) for kind in _LISTS}
    found["role policies"] = sorted(
        f"{role}: {policy}"
        for role in found["roles"]
        for policy in clients("iam").list_role_policies(RoleName=role)["PolicyNames"]
    )
    found["routes"] = sorted(
        f"{api['Name']}: {route['RouteKey']}"
        for api in clients("apigatewayv2").get_apis()["Items"]
        for route in clients("apigatewayv2").get_routes(ApiId=api["ApiId"])["Items"]
    )
    # Of a deleted key only its date of deletion is left; AWS keeps it for days.
    found["keys"] = sorted(
        key["KeyId"] for key in clients("kms").list_keys()["Keys"] if _is_in_use(clients, key)
    )
    return {kind: names for kind, names in found.items() if names}


def _is_in_use(clients: Clients, key: dict[str, Any]) -> bool:
    described = clients("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    return bool(described["KeyState"] != "PendingDeletion")


def _names(clients: Clients, kind: str) -> Iterator[str]:
    service, operation, list_key, name_key = _LISTS[kind]
    client = clients(service)
    pages = (
        client.get_paginator(operation).paginate(**_OPTIONS.get(kind, {}))
        if client.can_paginate(operation)
        else [getattr(client, operation)()]
    )
    for page in pages:
        for entry in page.get(list_key, []):
            yield str(entry if name_key is None else entry[name_key])
