"""Who calls, feeds and watches whom, from what a program declares."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from local.picture.boxes import FUNCTION, OUTSIDE, SCHEDULE, TOPIC, Box, Declared
from local.picture.grants import granted
from pulumi_serverless.testing import Resource

FAILED = "failed"
ALARM = "alarm"
BATCHES = "batches"
READS = "reads"

CALLERS = Box(OUTSIDE, ("callers",))

_ALARMS = (
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm",
)
_EVENT_SOURCE_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
_EVENT_INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
_CONNECTIONS = (
    (_EVENT_SOURCE_MAPPING, "eventSourceArn", "functionName", BATCHES),
    (_EVENT_SOURCE_MAPPING, "functionName", "destinationConfig", FAILED),
    (_EVENT_INVOKE_CONFIG, "functionName", "destinationConfig", FAILED),
    ("aws:apigatewayv2/authorizer:Authorizer", "apiId", "authorizerUri", "asks"),
    ("aws:sqs/redrivePolicy:RedrivePolicy", "queueUrl", "redrivePolicy", FAILED),
    ("aws:cloudwatch/eventTarget:EventTarget", "rule", "arn", "starts"),
    ("aws:pipes/pipe:Pipe", "source", "target", "pipes"),
)
"""Types that connect others, with the inputs that name source and target."""

_CATCH_ALL = {"ANY", "$default"}


class Arrow(NamedTuple):
    """An arrow from one box to another, with its label."""

    source: Box
    target: Box
    label: str


def arrows_of(declared: Declared) -> dict[tuple[Box, Box], set[str]]:
    """Every pair of connected boxes, with its labels."""
    found: defaultdict[tuple[Box, Box], set[str]] = defaultdict(set)
    # The alarms first: their number is part of a topic's box.
    for part in (_alarms, _plain, _calls, _events):
        for arrow in part(declared):
            found[arrow.source, arrow.target].add(arrow.label)
    for arrow in _permitted(declared, tuple(found)):
        found[arrow.source, arrow.target].add(arrow.label)
    started_by_clock = _started_by_clock(found)
    for function, other, label in granted(declared):
        pair = (function, other)
        # A function that only schedules start processes what it reads.
        if label == "receives" or (label == READS and function in started_by_clock):
            pair = (other, function)
        found[pair].add(label)
    for source, target in tuple(found):
        # It deletes what it has read: one arrow, in the direction of the flow.
        if (target, source) in found and source in started_by_clock:
            del found[source, target]
    _add_callers(declared, found)
    return {pair: _labels(labels) for pair, labels in found.items()}


def _plain(declared: Declared) -> Iterator[Arrow]:
    for resource_type, source, target, label in _CONNECTIONS:
        for each in declared.of_type(resource_type):
            yield from _between(declared, each, source, target, label)
    for each in declared.of_type(FUNCTION, "aws:sqs/queue:Queue"):
        for target_box in declared.ends(each, "deadLetterConfig", "redrivePolicy"):
            yield Arrow(declared.boxes[each.urn], target_box, FAILED)


def _calls(declared: Declared) -> Iterator[Arrow]:
    routes = _routes(declared)
    for each in declared.of_type("aws:apigatewayv2/integration:Integration"):
        for label in routes.get(each.urn, {"calls"}):
            yield from _between(declared, each, "apiId", "integrationUri", label)
            # A service that the API calls itself is named in what it is called with.
            yield from _between(declared, each, "apiId", "requestParameters", label)
            if each.inputs.get("integrationType") == "HTTP_PROXY":
                for api in declared.ends(each, "apiId"):
                    yield Arrow(api, Box(OUTSIDE, (_server(each),)), "forwards")


def _server(integration: Resource) -> str:
    """The host that an API forwards to, or what the private one is."""
    return urlsplit(str(integration.inputs.get("integrationUri"))).hostname or "private server"


def _events(declared: Declared) -> Iterator[Arrow]:
    for each in declared.of_type(SCHEDULE):
        for target in declared.ends(each, "target"):
            yield Arrow(declared.boxes[each.urn], target, "starts")
    for each in declared.of_type("aws:cloudwatch/eventRule:EventRule"):
        for bus in declared.ends(each, "eventBusName"):
            yield Arrow(bus, declared.boxes[each.urn], "events")
    for each in declared.of_type("aws:sns/topicSubscription:TopicSubscription"):
        outside = Box(OUTSIDE, (f"{each.inputs.get('protocol')} subscribers",))
        for topic in declared.ends(each, "topic"):
            for box in declared.ends(each, "endpoint") or [outside]:
                yield Arrow(topic, box, "notifies")


def _permitted(declared: Declared, connected: Collection[tuple[Box, Box]]) -> Iterator[Arrow]:
    """Permitted callers of a function that no other arrow shows: a bucket, a REST API."""
    for each in declared.of_type("aws:lambda/permission:Permission"):
        for arrow in _between(declared, each, "sourceArn", "function", "invokes"):
            if (arrow.source, arrow.target) not in connected:
                yield arrow


def _alarms(declared: Declared) -> Iterator[Arrow]:
    """The topic's box shows how many alarms there are; only those on queues have an arrow."""
    counts: Counter[str] = Counter()
    watched: list[tuple[str, Box]] = []
    for alarm in declared.of_type(*_ALARMS):
        for topic in declared.resources(alarm, "alarmActions"):
            if topic.type == TOPIC:
                counts[topic.urn] += 1
                queues = declared.ends(alarm, "dimensions", "metricQueries")
                watched += [(topic.urn, box) for box in queues if box.kind == "queue"]
    for urn, count in counts.items():
        declared.boxes[urn] = declared.boxes[urn]._replace(note=f"{count} alarms")
    yield from (Arrow(box, declared.boxes[urn], ALARM) for urn, box in watched)


def _between(
    declared: Declared, resource: Resource, source_input: str, target_input: str, label: str
) -> Iterator[Arrow]:
    for source in declared.ends(resource, source_input):
        for target in declared.ends(resource, target_input):
            yield Arrow(source, target, label)


def _routes(declared: Declared) -> dict[str, set[str]]:
    """The methods that reach each integration; catch-alls only if there is nothing else."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for route in declared.of_type("aws:apigatewayv2/route:Route"):
        method = str(route.inputs.get("routeKey")).partition(" ")[0]
        for integration in declared.resources(route, "target"):
            found[integration.urn].add(method)
    return {urn: methods - _CATCH_ALL or methods for urn, methods in found.items()}


def _started_by_clock(pairs: Iterable[tuple[Box, Box]]) -> set[Box]:
    starters: defaultdict[Box, list[Box]] = defaultdict(list)
    for source, target in pairs:
        starters[target].append(source)
    return {box for box, found in starters.items() if all(each.is_clock for each in found)}


def _add_callers(declared: Declared, found: dict[tuple[Box, Box], set[str]]) -> None:
    """Callers outside the program: of APIs, and of functions that nothing in it starts."""
    reached = {target for source, target in found if target.kind == "function"}
    for box in declared.boxes.values():
        if box.kind == "API" or (box.kind == "function" and box not in reached):
            found[CALLERS, box] = {"calls"}


def _labels(labels: set[str]) -> set[str]:
    """Omit permissions if a stronger arrow implies them."""
    for stronger in (FAILED, BATCHES):
        if stronger in labels:
            return {stronger}
    return labels
