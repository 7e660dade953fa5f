"""`strangler status` and `strangler set ROUTE STAGE`."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click

from serverless_ops.aws.errors import UnreachableError
from serverless_ops.context import Context
from serverless_ops.moving_routes.route_stages import (
    SetStages,
    count_answers,
    read_set_stages,
    set_stage,
)
from serverless_ops.options import LEFT, json_option, on_stack
from serverless_ops.stack import MovingRoutes, Stack, choose, require_one
from serverless_ops.terminal import age, counted, one_line, out, show, timestamp_text
from serverless_ops.unread import Unread
from serverless_runtime.strangler.settings.stages import (
    LEGACY,
    NEW,
    SHADOW,
    require_shadowable,
    stage_of,
)

EXIT_CODES = """\b
Exit codes:
  0    done
  1    unknown route, or a stage that it cannot have
  2    usage error
  3    the stack or the parameter cannot be reached
  130  interrupted
"""

DECLARED = "declared"
"""Stands for the stage that the program declares."""

_component = click.option(
    "--component", help="Name of the facade, if the stack has several with moving routes."
)


def _stage(given: str) -> str | None:
    """The type of an argument: a stage, or None for that of the program."""
    text = given.strip().removesuffix("%")
    if text == DECLARED:
        return None
    try:
        return stage_of(text)
    except ValueError:
        raise click.BadParameter(
            f"must be {LEGACY}, {SHADOW}, {NEW}, a percentage from 0 to 100, or {DECLARED}, "
            f"got {one_line(given)!r}"
        ) from None


@click.group("strangler", epilog=EXIT_CODES)
def moving_routes() -> None:
    """Show which side answers the routes of a strangler facade, and change it within seconds.

    In trouble, move the route back first: strangler set "GET /products" legacy --stack prod
    """


@moving_routes.command("status", epilog=EXIT_CODES)
@click.pass_obj
@click.option(
    "--minutes",
    type=click.IntRange(1, 1_440),
    default=60,
    show_default=True,
    help="How far back to count.",
)
@json_option
@_component
@on_stack
def status(
    context: Context, *, stack: Stack, component: str | None, minutes: int, as_json: bool
) -> None:
    """Show the stage of each moving route, who has answered it, and how the sides compare."""
    console, now, unread = out(), context.now(), Unread()
    client = context.clients(stack.connection)
    for name, facade in _facades(stack, component).items():
        with unread.reading(f"facade {name} (parameter {facade.parameter_name})"):
            stages = read_set_stages(client("ssm"), facade)
            counts = count_answers(client("cloudwatch"), facade, now, minutes)
            if as_json:
                routes = {
                    key: {"stage": stages.by_route.get(key, declared), "declared": declared}
                    | dict(counts[key])
                    for key, declared in facade.routes.items()
                }
                changed = timestamp_text(stages.changed_at)
                click.echo(json.dumps({"facade": name, "set_at": changed, "routes": routes}))
                continue
            for key, declared in facade.routes.items():
                stage = stages.by_route.get(key, declared)
                console.print(one_line(f"{key}: {describe(stage)}"), style="bold")
                show(console, f"    {_origin(key, declared, stages)}")
                for line in _counts(counts[key], minutes):
                    show(console, f"    {line}")
            if stages.by_route and stages.changed_at:
                at = f"{timestamp_text(stages.changed_at)}, {age(stages.changed_at, now)} ago"
                show(console, f"last set at {at}")
    unread.end()


@moving_routes.command("set", epilog=EXIT_CODES)
@click.pass_obj
@click.argument("route")
@click.argument("stage", type=_stage, metavar="STAGE")
@_component
@on_stack
def set_(
    context: Context, *, stack: Stack, component: str | None, route: str, stage: str | None
) -> None:
    """Set the STAGE of ROUTE, without a deployment; deployments do not change it back.

    ROUTE is a key such as "GET /products". STAGE is legacy; shadow, which is legacy and a
    comparison with the new side; a percentage of callers, of which 0 is legacy and 100 is new; new;
    or declared, which is what the program says.
    """
    facades = _facades(stack, component)
    require_one(facades, "--component", "facades with moving routes")
    [facade] = facades.values()
    key = " ".join(route.split())
    if key not in facade.routes:
        known = one_line(", ".join(facade.routes))
        _refuse(f"there is no moving route {one_line(key)!r}; there are: {known}")
    if stage is not None:
        try:
            require_shadowable(key, stage)
        except ValueError as error:
            _refuse(str(error))
    ssm = context.client("ssm", stack.connection)
    before = read_set_stages(ssm, facade).by_route
    if before.get(key) == stage:
        click.echo(f"{key} already is {_words(stage, facade.routes[key])}; nothing was changed.")
        return
    set_stage(ssm, facade, key, stage)
    click.echo(
        f"{key} is {_words(stage, facade.routes[key])}; "
        f"all instances notice within {counted(facade.read_seconds, 'second')}."
    )


def describe(stage: str) -> str:
    """Return what a stage means, beginning with its name."""
    return {
        LEGACY: "legacy: the old system answers",
        SHADOW: "shadow: the old system answers, the new side is compared",
        NEW: "new: the new function answers",
    }.get(stage) or f"{stage} %: the new function answers so many of a hundred callers"


def _words(stage: str | None, declared: str) -> str:
    return f"as declared, {describe(declared)}" if stage is None else describe(stage)


def _origin(key: str, declared: str, stages: SetStages) -> str:
    if key not in stages.by_route:
        return "as the program declares"
    return f"set by hand; the program declares {describe(declared).partition(':')[0]}"


def _counts(counts: Mapping[str, int], minutes: int) -> list[str]:
    total = counts["by_legacy"] + counts["by_new"]
    lines = [
        f"{counted(total, 'request')} in {counted(minutes, 'minute')}: "
        f"{counts['by_legacy']} by legacy, {counts['by_new']} by new, "
        f"{counts['server_errors']} with a 5xx"
    ]
    compared = [counts[each] for each in ("same", "different", "not_compared")]
    if any(compared):
        lines.append("in shadow: {} same, {} different, {} not compared".format(*compared))
    return lines


def _facades(stack: Stack, component: str | None) -> Mapping[str, MovingRoutes]:
    facades = stack.operations.moving_routes
    if not facades:
        raise UnreachableError(
            f"stack {stack.name} has no strangler facade with moving routes; a route that has "
            "moved goes back by a deployment"
        )
    return choose(facades, component, "--component", "strangler facade")


def _refuse(text: str) -> None:
    click.echo(f"Error: {text}", err=True)
    raise click.exceptions.Exit(LEFT)
