"""Permissions, event sources and asynchronous invocation settings of Lambda functions.

What needs a new resource is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/lambda (ForceNew).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from local.engine.boto3_arguments import for_boto3, tags_of
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource

_PERMISSION = (
    *("action", "principal", "sourceArn", "sourceAccount", "eventSourceToken"),
    *("functionUrlAuthType", "principalOrgId"),
)


@resource(
    "aws:lambda/permission:Permission",
    replaces=(
        *("function", "qualifier", "statementId", "statementIdPrefix", "invokedViaFunctionUrl"),
        *_PERMISSION,
    ),
)
class Permission(ResourceType):
    """A permission to call a function; its id is that of its statement."""

    service = "lambda"

    def create(self, inputs: Inputs) -> Created:
        prefix = inputs.get("statementIdPrefix") or "pulumi-"
        statement = inputs.get("statementId") or f"{prefix}{secrets.token_hex(8)}"
        arguments = for_boto3(inputs, *_PERMISSION, "qualifier")
        if "PrincipalOrgId" in arguments:
            arguments["PrincipalOrgID"] = arguments.pop("PrincipalOrgId")
        self.api.add_permission(FunctionName=inputs["function"], StatementId=statement, **arguments)
        return Created(statement, self.outputs(statement, {}))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        policy = self.api.get_policy(
            FunctionName=inputs["function"], **for_boto3(inputs, "qualifier")
        )["Policy"]
        statements = json.loads(policy)["Statement"]
        return next((dict(each) for each in statements if each["Sid"] == id_), {})

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"statementId": id_}

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.remove_permission(
            FunctionName=inputs["function"], StatementId=id_, **for_boto3(inputs, "qualifier")
        )


@resource(
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    replaces=("functionName", "qualifier"),
)
class FunctionEventInvokeConfig(ResourceType):
    """A function's settings for asynchronous events; its id is the function's name."""

    service = "lambda"

    def create(self, inputs: Inputs) -> Created:
        self._put(inputs)
        return Created(":".join(self._target(inputs).values()), {})

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_function_event_invoke_config(**self._target(inputs)))

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return for_boto3(
            inputs, "maximumRetryAttempts", "maximumEventAgeInSeconds", "destinationConfig"
        )

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        self._put(inputs)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_function_event_invoke_config(**self._target(inputs))

    def _put(self, inputs: Inputs) -> None:
        if "onSuccess" in (inputs.get("destinationConfig") or {}):
            raise NotImplementedError("the emulator never delivers to an on-success destination")
        self.api.put_function_event_invoke_config(**self._target(inputs), **self.declared(inputs))

    @staticmethod
    def _target(inputs: Inputs) -> dict[str, str]:
        return for_boto3(inputs, "functionName", "qualifier")


@resource(
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    replaces=(
        *("eventSourceArn", "queues", "topics", "startingPosition", "startingPositionTimestamp"),
        *("selfManagedEventSource", "selfManagedKafkaEventSourceConfig"),
        "amazonManagedKafkaEventSourceConfig",
    ),
)
class EventSourceMapping(ResourceType):
    """An event source mapping: a queue or stream that a function reads; its id is its UUID."""

    service = "lambda"
    renamed: ClassVar = {"State": "enabled"}
    without_effect = frozenset({"metricsConfig"})

    def create(self, inputs: Inputs) -> Created:
        made = self.api.create_event_source_mapping(
            FunctionName=inputs["functionName"],
            Enabled=inputs.get("enabled", True),
            Tags=tags_of(inputs),
            **for_boto3(inputs, "eventSourceArn", "startingPosition"),
            **self._settings(inputs),
        )
        return Created(made["UUID"], self.outputs(made["UUID"], made))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        found = dict(self.api.get_event_source_mapping(UUID=id_))
        # A transitional state counts as the state that it leads to.
        states = {"Enabling": "Enabled", "Creating": "Enabled", "Disabling": "Disabled"}
        return {**found, "State": states.get(found["State"], found["State"])}

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        state = "Enabled" if inputs.get("enabled", True) else "Disabled"
        return {**self._settings(inputs), "State": state}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        arn = found["FunctionArn"]
        return {"uuid": id_, "functionArn": arn, "arn": found.get("EventSourceMappingArn", "")}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        emptied = dict.fromkeys(self._settings(old).keys() - self._settings(inputs).keys())
        defaults: dict[str, Any] = {"FilterCriteria": {}, "FunctionResponseTypes": []}
        self.api.update_event_source_mapping(
            UUID=id_,
            FunctionName=inputs["functionName"],
            Enabled=inputs.get("enabled", True),
            **{key: defaults[key] for key in emptied if key in defaults},
            **self._settings(inputs),
        )

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_event_source_mapping(UUID=id_)

    @staticmethod
    def _settings(inputs: Inputs) -> dict[str, Any]:
        settings = for_boto3(
            inputs,
            *("batchSize", "maximumBatchingWindowInSeconds", "functionResponseTypes"),
            *("bisectBatchOnFunctionError", "maximumRecordAgeInSeconds", "maximumRetryAttempts"),
            *("parallelizationFactor", "scalingConfig", "filterCriteria"),
            "tumblingWindowInSeconds",
        )
        failed = ((inputs.get("destinationConfig") or {}).get("onFailure") or {}).get(
            "destinationArn"
        )
        if failed:
            settings["DestinationConfig"] = {"OnFailure": {"Destination": failed}}
        return settings
