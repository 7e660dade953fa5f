"""A webhook that takes any burst, and work that goes on at its own pace behind it.

source --POST--> HTTP API --without a function--> queue --so many at a time--> function
                                                   └─ after the last attempt --> dead letters
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pulumi

from pulumi_serverless.blocks.api_access import ApiAccess, NoAuth
from pulumi_serverless.blocks.argument_checks import Between, Matches
from pulumi_serverless.blocks.arguments import Arguments, SameAs
from pulumi_serverless.blocks.component import Component
from pulumi_serverless.blocks.foundation import Foundation
from pulumi_serverless.blocks.function import PythonFunction
from pulumi_serverless.blocks.http_api import HttpApi, HttpApiArgs
from pulumi_serverless.blocks.metric import own_metric
from pulumi_serverless.blocks.monitoring.alarm import Alarm, AlarmArgs, make_alarms
from pulumi_serverless.blocks.monitoring.dashboard import DashboardRow, MetricGraph
from pulumi_serverless.blocks.monitoring.http_api_alarms import ApiThresholds, api_alarms
from pulumi_serverless.blocks.monitoring.http_api_rows import api_graphs
from pulumi_serverless.blocks.monitoring.queue_alarms import QueueThresholds
from pulumi_serverless.blocks.queue import Queue, QueueArgs
from pulumi_serverless.blocks.queue_consumer import (
    QueueConsumer,
    QueueConsumerArgs,
    visibility_timeout_for,
)
from pulumi_serverless.blocks.send_to_queue import SendToQueue
from pulumi_serverless.scalable_webhook.sources import (
    WebhookSource,
    WebhookSources,
    webhook_environment,
)
from serverless_runtime.webhook_in.log_messages import FORGED as FORGED_MESSAGE
from serverless_runtime.webhook_in.metrics import FORGED, GENUINE, NAMESPACE, SOURCE
from serverless_runtime.webhook_in.settings import (
    HEADERS,
    HEADERS_ATTRIBUTE,
    RECEIVED_ATTRIBUTE,
    REQUEST_ATTRIBUTE,
    SEPARATOR,
    SOURCE_ATTRIBUTE,
)

_PATH = Matches(r"(/[A-Za-z0-9._~-]+)+", "like /hooks, without a slash at its end")

FORGED_CALLS = f"""\
filter message = "{FORGED_MESSAGE}"
| stats count(*) as calls by source, reason
| sort calls desc"""


@dataclass(frozen=True, kw_only=True)
class ScalableWebhookArgs(Arguments):
    """Who calls, and who does the work."""

    foundation: Foundation
    """How queues and logs are kept, and whom alarms notify."""

    sources: WebhookSources
    """Who calls, 1 to 20, by a name of lower-case letters, digits and hyphens: each has a route of
    its own, `POST <path>/<name>`."""

    function: PythonFunction
    """The function that does the work; its handler is `each_call(work)`, and its environment has
    `webhook_environment` of this component's name and sources. It may receive a call more than
    once."""

    path: Annotated[str, _PATH] = "/hooks"
    """Where the routes begin."""

    access: ApiAccess = field(default_factory=lambda: ApiAccess(auth=NoAuth()))
    """Who may call, and how often. Left out, anyone may: signatures tell who has called."""

    public: bool = False
    """Whether sources that do not sign may call an API that asks nobody who they are."""

    max_concurrency: Annotated[int, SameAs(QueueConsumerArgs, "max_concurrency")] = 2
    """How many runs work at the same time, 2 to 1000. It limits runs in flight, not calls per
    second; a run works on its calls one after the other."""

    batch_size: Annotated[int, SameAs(QueueConsumerArgs, "batch_size")] = 10
    """Calls per run at most, 1 to 10000. More than 10 need a batch window."""

    batch_window_seconds: Annotated[int, SameAs(QueueConsumerArgs, "batch_window_seconds")] = 0
    """How long to wait for a batch to fill, 0 to 300."""

    max_receives: Annotated[int, SameAs(QueueArgs, "max_receives")] = 5
    """Attempts at a call before it is a dead letter, 1 to 1000."""

    thresholds: QueueThresholds = field(default_factory=QueueThresholds)
    """Alarm thresholds of the queue."""

    api_thresholds: ApiThresholds = field(default_factory=ApiThresholds)
    """Alarm thresholds of the API."""

    forged_calls: Annotated[int, Between(1, 1_000_000)] = 20
    """Number of forged calls in five minutes that fires an alarm, 1 or more."""

    def __post_init__(self) -> None:
        super().__post_init__()
        unsigned = [name for name, each in self.sources.items() if each.scheme == "none"]
        if unsigned and isinstance(self.access.auth, NoAuth) and not self.public:
            raise ValueError(
                f"access must have an auth for sources with scheme none ({', '.join(unsigned)}), "
                "got NoAuth; or set public=True, if anyone may make the function work"
            )


class ScalableWebhook(Component):
    """An HTTP API that only queues, the queue, and the consumer."""

    urls: Mapping[str, pulumi.Output[str]]
    """Where each source posts to."""

    queue: Queue
    """Where calls wait, with its dead letters."""

    alarms: Sequence[Alarm]
    """On the API, on calls that wait, that fail and that are forged, and on dead letters."""

    functions: Sequence[PythonFunction]
    """The function that does the work."""

    def __init__(
        self, name: str, args: ScalableWebhookArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:index:ScalableWebhook", name, args, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        args.function.require_environment(
            f"webhook_environment({name!r}, sources)", webhook_environment(name, args.sources)
        )
        self.queue = Queue(
            name,
            QueueArgs(
                foundation=args.foundation,
                max_receives=args.max_receives,
                visibility_timeout_seconds=visibility_timeout_for(
                    args.function.timeout_seconds, args.batch_window_seconds
                ),
            ),
            opts=self._child,
        )
        self._api = self._http_api()
        for source, each in args.sources.items():
            each.allow(source, args.function)
        self._consumer = QueueConsumer(
            name,
            QueueConsumerArgs(
                foundation=args.foundation,
                queue=self.queue,
                function=args.function,
                max_concurrency=args.max_concurrency,
                batch_size=args.batch_size,
                batch_window_seconds=args.batch_window_seconds,
                thresholds=args.thresholds,
            ),
            opts=self._child,
        )
        self.urls = {
            source: pulumi.Output.concat(self._api.url, args.path, "/", source)
            for source in args.sources
        }
        self.functions = self._consumer.functions
        self.alarms = [*make_alarms(name, self._own_alarms(), self._child), *self._consumer.alarms]
        self.register_outputs({"urls": self.urls})

    def dashboard_rows(self) -> list[DashboardRow]:
        """What the API takes, whose calls those are, and the queue behind it."""
        row = DashboardRow(
            title=f"Sources → API of {self._name}",
            graphs=[
                *api_graphs(self._api),
                self._by_source("Genuine calls", GENUINE),
                self._by_source("Forged calls", FORGED),
            ],
        )
        return [row, *self._consumer.dashboard_rows()]

    def log_queries(self) -> dict[str, str]:
        """Which messages failed, and which calls were forged."""
        return {**self._consumer.log_queries(), "forged-calls": FORGED_CALLS}

    def operations(self) -> dict[str, dict[str, Any]]:
        """Where its dead letters are, and where they go back to."""
        return self._consumer.operations()

    def _http_api(self) -> HttpApi:
        args = self._args
        routes = {
            f"POST {args.path}/{source}": SendToQueue(
                queue=self.queue, attributes=_attributes(source, each)
            )
            for source, each in args.sources.items()
        }
        return HttpApi(
            f"{self._name}-api",
            HttpApiArgs(foundation=args.foundation, routes=routes, access=args.access),
            opts=self._child,
        )

    def _by_source(self, title: str, metric: str) -> MetricGraph:
        lines = {
            source: own_metric(
                NAMESPACE, metric, "Sum", component=self._name, dimensions={SOURCE: source}
            )
            for source in self._args.sources
        }
        return MetricGraph(title=title, lines=lines)

    def _own_alarms(self) -> list[AlarmArgs]:
        args = self._args
        forged = AlarmArgs(
            id="webhook-forged",
            description=f"At least {args.forged_calls} calls of {self._name} in five minutes were "
            "not signed by their source, and were dropped: somebody else calls, or the source "
            "signs with a key that its secret does not have, and its calls are lost.",
            metric=own_metric(NAMESPACE, FORGED, "Sum", component=self._name),
            threshold=args.forged_calls,
            period_seconds=300,
            foundation=args.foundation,
        )
        api = api_alarms(
            self._name, self._api, thresholds=args.api_thresholds, foundation=args.foundation
        )
        return [*api, forged]


def _attributes(source: str, webhook: WebhookSource) -> dict[str, str]:
    """What the message says beside the body. One attribute holds all headers of the signature: SQS
    rejects an empty one, and a message can have ten."""
    attributes = {
        SOURCE_ATTRIBUTE: source,
        RECEIVED_ATTRIBUTE: "${context.requestTimeEpoch}",
        REQUEST_ATTRIBUTE: "${context.requestId}",
    }
    names = HEADERS[webhook.scheme]
    if not names:
        return attributes
    pasted = SEPARATOR.join(f"${{request.header.{name}}}" for name in names)
    return {HEADERS_ATTRIBUTE: pasted, **attributes}
