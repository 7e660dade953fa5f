"""EventBridge buses, rules and targets.

What needs a new resource is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/events (ForceNew).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.boto3_arguments import change_tags, for_boto3, tag_list, tags_of, without_none
from local.engine.drift import ExactMapping
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource

_DEFAULT_BUS = "default"


class _Tagged(ResourceType):
    service = "events"

    def tag(self, arn: str, old: Inputs, inputs: Inputs) -> None:
        """Set the tags to what is declared."""
        change_tags(old, inputs, self.api.untag_resource, self.api.tag_resource, ResourceARN=arn)


@resource("aws:cloudwatch/eventBus:EventBus", replaces=("eventSourceName",))
class EventBus(_Tagged):
    """A bus; its id is its name."""

    longest_name = 256

    def create(self, inputs: Inputs) -> Created:
        name = inputs["name"]
        self.api.create_event_bus(
            Name=name,
            Tags=tag_list(tags_of(inputs)),
            **for_boto3(inputs, "eventSourceName"),
            **self.declared(inputs),
        )
        return Created(name, self.outputs(name, {}))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.describe_event_bus(Name=id_))

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return for_boto3(inputs, "description", "kmsKeyIdentifier")

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": f"arn:aws:events:{REGION}:{ACCOUNT_ID}:event-bus/{id_}"}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        emptied = dict.fromkeys(self.declared(old).keys() - self.declared(inputs).keys(), "")
        self.api.update_event_bus(Name=id_, **emptied, **self.declared(inputs))
        self.tag(self.outputs(id_, {})["arn"], old, inputs)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_event_bus(Name=id_)


@resource("aws:cloudwatch/eventRule:EventRule", replaces=("eventBusName",))
class EventRule(_Tagged):
    """A rule; its id is its name, and that of its bus unless it is the default one."""

    defaults: ClassVar = {"eventBusName": "default"}
    longest_name = 64

    def create(self, inputs: Inputs) -> Created:
        bus, name = inputs.get("eventBusName") or _DEFAULT_BUS, inputs["name"]
        arn = self.api.put_rule(
            Name=name,
            EventBusName=bus,
            Tags=tag_list(tags_of(inputs)),
            **self.declared(inputs),
        )["RuleArn"]
        return Created(name if bus == _DEFAULT_BUS else f"{bus}/{name}", {"arn": arn})

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.describe_rule(**self._names(id_)))

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        enabled = "DISABLED" if inputs.get("isEnabled") is False else "ENABLED"
        return {
            "State": inputs.get("state") or enabled,
            **for_boto3(inputs, "description", "eventPattern", "scheduleExpression", "roleArn"),
        }

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": found["Arn"]}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        # PutRule removes what it is not given.
        arn = self.api.put_rule(**self._names(id_), **self.declared(inputs))["RuleArn"]
        self.tag(arn, old, inputs)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_rule(**self._names(id_), Force=bool(inputs.get("forceDestroy")))

    @staticmethod
    def _names(id_: str) -> dict[str, str]:
        bus, _, name = id_.rpartition("/")
        return {"EventBusName": bus or _DEFAULT_BUS, "Name": name}


@resource("aws:cloudwatch/eventTarget:EventTarget", replaces=("eventBusName", "rule", "targetId"))
class EventTarget(ResourceType):
    """A target of a rule; its id consists of the names of the bus and the rule, and its own."""

    defaults: ClassVar = {"eventBusName": "default"}
    service = "events"
    renamed: ClassVar = {"SqsParameters": "sqsTarget"}

    def create(self, inputs: Inputs) -> Created:
        target = inputs.get("targetId") or f"pulumi-{secrets.token_hex(8)}"
        bus = inputs.get("eventBusName") or _DEFAULT_BUS
        id_ = f"{bus}|{inputs['rule']}|{target}"
        self.update(id_, {}, inputs)
        return Created(id_, {"targetId": target})

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        names, target = self._names(id_)
        found = self.api.list_targets_by_rule(**names)["Targets"]
        return next((dict(each) for each in found if each["Id"] == target), {})

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        declared: dict[str, Any] = {
            "Input": None,
            "InputPath": None,
            **for_boto3(
                inputs, "arn", "input", "inputPath", "roleArn", "deadLetterConfig", "retryPolicy"
            ),
        }
        if queue := inputs.get("sqsTarget"):
            declared["SqsParameters"] = for_boto3(queue)
        if transformer := inputs.get("inputTransformer"):
            declared["InputTransformer"] = {
                "InputPathsMap": ExactMapping(transformer.get("inputPaths") or {}),
                "InputTemplate": transformer["inputTemplate"],
            }
        return declared

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"targetId": found["Id"]}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        names, target = self._names(id_)
        declared = without_none(**self.declared(inputs))
        self.api.put_targets(**names, Targets=[{"Id": target, **declared}])

    def delete(self, id_: str, inputs: Inputs) -> None:
        names, target = self._names(id_)
        self.api.remove_targets(**names, Ids=[target], Force=bool(inputs.get("forceDestroy")))

    @staticmethod
    def _names(id_: str) -> tuple[dict[str, str], str]:
        bus, rule, target = id_.split("|")
        return {"EventBusName": bus, "Rule": rule}, target
