"""The router of a facade: one function for all moving routes, and the stages it reads.

A route that moves always goes through the router, whatever its stage: only so can it be moved back
without a deployment (docs/decisions/0020-moving-routes-go-through-the-router.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from pulumi_serverless.blocks.bundle import FunctionCode
from pulumi_serverless.blocks.forward import Forward
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction, PythonFunctionArgs
from pulumi_serverless.blocks.json_text import json_text
from pulumi_serverless.blocks.names import component_name
from pulumi_serverless.strangler.moving_route import MovingRoute
from serverless_runtime.strangler.settings.environment import router_environment
from serverless_runtime.strangler.settings.stages import write_stages

CODE = FunctionCode(packages=("serverless_runtime.strangler", "serverless_runtime.shared"))

OWN_SECONDS = 1
"""What the router needs besides the side that answers."""


class Router:
    """The function, and the parameter with the stages that operators set."""

    def __init__(
        self,
        name: str,
        *,
        foundation: Foundation,
        legacy: Forward,
        routes: Mapping[str, MovingRoute],
        shadow_seconds: float,
        read_seconds: int,
        memory_mb: int | None,
        parent: pulumi.Resource,
    ) -> None:
        child = pulumi.ResourceOptions(parent=parent)
        # What operators have set stays set: a deployment does not undo a rollback.
        self.parameter = aws.ssm.Parameter(
            f"{name}-stages",
            type="String",
            value=write_stages({}),
            description=f"Stages of the routes of {name} that operators have set; "
            "change them with ops strangler set.",
            opts=pulumi.ResourceOptions(parent=parent, ignore_changes=["value"]),
        )
        longest = max(
            legacy.timeout_seconds + shadow_seconds,
            *(each.new.timeout_seconds for each in routes.values()),
        )
        self.function = PythonFunction(
            f"{name}-router",
            PythonFunctionArgs(
                foundation=foundation,
                handler="serverless_runtime.strangler.handler.handle",
                code=CODE,
                timeout_seconds=math.ceil(longest) + OWN_SECONDS,
                memory_mb=memory_mb,
                environment=router_environment(
                    component=component_name(name),
                    parameter_name=self.parameter.name,
                    read_seconds=str(read_seconds),
                    legacy_url=legacy.url,
                    legacy_seconds=f"{legacy.timeout_seconds:g}",
                    shadow_seconds=f"{shadow_seconds:g}",
                    routes=json_text({key: _settings(each) for key, each in routes.items()}),
                ),
            ),
            opts=child,
        )
        self.function.allow(
            "read-stages", actions=["ssm:GetParameter"], resources=[self.parameter.arn]
        )
        for each in {each.new.logical_name: each.new for each in routes.values()}.values():
            self.function.allow(
                f"call-{each.logical_name}",
                actions=["lambda:InvokeFunction"],
                resources=[each.arn],
            )


def _settings(route: MovingRoute) -> dict[str, object]:
    return {
        "new": route.new.name,
        "stage": route.declared_stage,
        "sticky_by": route.sticky_by,
        "ignored": list(route.ignored),
    }
