"""EventBridge Scheduler's schedules and schedule groups.

What needs a new resource is in
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/scheduler (ForceNew).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.emulator.clients import ACCOUNT_ID, REGION
from local.engine.boto3_arguments import change_tags, for_boto3, tag_list, tags_of
from local.engine.resource_types import Created, Inputs, Outputs, ResourceType, resource

_DEFAULT_GROUP = "default"
_SETTINGS = (
    *("scheduleExpression", "flexibleTimeWindow", "target", "description", "state"),
    *("scheduleExpressionTimezone", "actionAfterCompletion", "kmsKeyArn", "startDate", "endDate"),
)


@resource("aws:scheduler/schedule:Schedule", replaces=("groupName",))
class Schedule(ResourceType):
    """A schedule; its id is its group and its name."""

    service = "scheduler"
    longest_name = 64

    def create(self, inputs: Inputs) -> Created:
        id_ = f"{inputs.get('groupName') or _DEFAULT_GROUP}/{inputs['name']}"
        self.api.create_schedule(**self._names(id_), **self.declared(inputs))
        return Created(id_, self.outputs(id_, {}))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_schedule(**self._names(id_)))

    def declared(self, inputs: Inputs) -> Mapping[str, Any]:
        return {"State": "ENABLED", **for_boto3(inputs, *_SETTINGS)}

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": f"arn:aws:scheduler:{REGION}:{ACCOUNT_ID}:schedule/{id_}"}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        # What an update leaves out takes its default.
        self.api.update_schedule(**self._names(id_), **self.declared(inputs))

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_schedule(**self._names(id_))

    @staticmethod
    def _names(id_: str) -> dict[str, str]:
        group, _, name = id_.partition("/")
        return {"GroupName": group, "Name": name}


@resource("aws:scheduler/scheduleGroup:ScheduleGroup")
class ScheduleGroup(ResourceType):
    """A group of schedules; its id is its name."""

    service = "scheduler"
    longest_name = 64

    def create(self, inputs: Inputs) -> Created:
        name = inputs["name"]
        self.api.create_schedule_group(Name=name, Tags=tag_list(tags_of(inputs)))
        return Created(name, self.outputs(name, {}))

    def find(self, id_: str, inputs: Inputs) -> Mapping[str, Any]:
        return dict(self.api.get_schedule_group(Name=id_))

    def outputs(self, id_: str, found: Mapping[str, Any]) -> Outputs:
        return {"arn": f"arn:aws:scheduler:{REGION}:{ACCOUNT_ID}:schedule-group/{id_}"}

    def update(self, id_: str, old: Inputs, inputs: Inputs) -> None:
        arn = self.outputs(id_, {})["arn"]
        change_tags(old, inputs, self.api.untag_resource, self.api.tag_resource, ResourceArn=arn)

    def delete(self, id_: str, inputs: Inputs) -> None:
        self.api.delete_schedule_group(Name=id_)
