"""The real runtime between services that a test commands. The only module that puts it together."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError
from serverless_runtime.shared.aws.boto3_clients import dynamodb_of
from serverless_runtime.shared.aws.ses import Ses

from ops.dead_letters.outcome import Outcome
from ops.dead_letters.reader import DeadLetterReader
from ops.dead_letters.replay import RateLimiter, Replay
from ops.dead_letters.selection import ReplayRules, select_for_replay
from ops.dead_letters.target import NotAcceptedError
from ops.dead_letters.target import Target as ReplayTarget
from ops.interrupts import Interrupts
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.handoff.handoff import Handoff
from serverless_runtime.handoff.outbox_rows import SHARDS
from serverless_runtime.handoff.relay.dynamo_outbox import DynamoOutbox
from serverless_runtime.handoff.relay.relay import relay_shard
from serverless_runtime.handoff.target import Target
from serverless_runtime.notification_service.channels import email
from serverless_runtime.notification_service.dynamo_breakers import DynamoBreakers
from serverless_runtime.notification_service.dynamo_deliveries import DynamoDeliveries
from serverless_runtime.notification_service.guarded_channel import guarded
from serverless_runtime.notification_service.notify import notify
from serverless_runtime.notification_service.settings.email import EmailSettings
from serverless_runtime.notification_service.sqs_dead_letters import SqsDeadLetters
from serverless_runtime.shared.aws.dynamodb import DynamoDb
from serverless_runtime.shared.aws.lambda_ import Lambda
from serverless_runtime.shared.aws.sqs import Sqs
from serverless_runtime.shared.metrics import Counter
from serverless_runtime.task_service.dynamo_task_changes import DynamoTaskChanges
from serverless_runtime.task_service.handed_off_events import HandedOffEvents
from tests.lambdas.tables import DELIVERIES, OUTBOX, TARGET_ARN, TASKS
from tests.proof.dynamo import Change, InMemoryDynamo
from tests.proof.faults import Died, Fault, Run
from tests.proof.ledger import CHANNELS, Ledger, Message
from tests.proof.own_clients import OwnLambda, OwnSes, OwnSqs
from tests.proof.services import AsyncQueue, LetterBox, Provider, Queued
from tests.proof.turns import Turns

START = 1_772_357_400.0
MINIMUM_AGE_SECONDS = 45
TARGET_TIMEOUT_SECONDS = 45

Faults = Mapping[int, Fault]


class World:
    """All state there is, a clock, and the programs that run in it."""

    def __init__(self) -> None:
        self.now = START
        self.ledger = Ledger()
        self.turns = Turns()
        self.dynamo = InMemoryDynamo(self.clock, self._changed)
        self.letters = LetterBox(self.clock)
        self.queue = AsyncQueue(self.clock, self.letters.bury)
        self.provider = Provider(self._accepted)
        self._acting: Run | None = None
        self._attempts: list[Run] = []

    def clock(self) -> float:
        return self.now

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    def advance(self, seconds: float) -> None:
        """Let time go by for everybody."""
        self.now += max(seconds, 0.001)
        self.queue.grow_old()
        for run in self._attempts:
            run.look_at_the_clock()
        self.check()

    def pause(self) -> None:
        """Let another program go first."""
        self.turns.pause()

    @contextmanager
    def on_behalf_of(self, run: Run) -> Iterator[None]:
        """Do what a request of the run does, and look whether all promises still hold."""
        self._acting = run
        try:
            yield
        finally:
            self._acting = None
            self.check()

    def check(self) -> None:
        self.ledger.check(self.dynamo, self.queue, self.letters, self.provider)

    def may_be_sent_again(self, message: Message, run: Run) -> None:
        self.ledger.excuses[message].add(run)

    def odd_answer(self) -> dict[str, Any]:
        return {"StatusCode": 200, "Payload": io.BytesIO()}

    def tasks(self, run: Run) -> DynamoTaskChanges:
        """Return the task service's table, with its way out for events."""
        dynamodb, target = self._own_dynamodb(run), self._own_target(run)
        handoff = Handoff(target, OUTBOX, dynamodb, self.clock)
        return DynamoTaskChanges(TASKS, HandedOffEvents(handoff, Counter("proof")), dynamodb)

    def _own_dynamodb(self, run: Run) -> DynamoDb:
        return dynamodb_of(run.client("dynamodb", self.dynamo))

    def _own_target(self, run: Run) -> Target:
        return Target(TARGET_ARN, cast("Lambda", OwnLambda(run.client("lambda", self.queue))))

    def relay(self, faults: Faults) -> None:
        """One run of the relay, shard after shard; what one raises does not end the others."""
        run = Run(self, faults=faults, timeout_seconds=90)
        outbox, target = DynamoOutbox(OUTBOX, self._own_dynamodb(run)), self._own_target(run)
        for shard in SHARDS:
            try:
                relay_shard(
                    shard,
                    outbox=outbox,
                    target=target,
                    minimum_age_seconds=MINIMUM_AGE_SECONDS,
                    has_time=lambda: True,
                    clock=self.clock,
                )
            except Died:
                return
            except Exception:  # noqa: S112 -- reading the outbox failed; the alarm's affair
                continue

    def run_target(
        self, event: Queued, faults: Faults, timeout_seconds: float = TARGET_TIMEOUT_SECONDS
    ) -> None:
        """One attempt of Lambda at an event."""
        event.running = True
        run = Run(self, faults=faults, timeout_seconds=timeout_seconds)
        self._attempts.append(run)
        error: str | None = None
        try:
            self._deliver(event.payload, run)
        except Died:
            error = "Task timed out"
        except Exception as raised:
            error = str(raised) or type(raised).__name__
        event.running = False
        self._attempts.remove(run)
        self.queue.ended(event, error)
        self.check()

    def _deliver(self, payload: dict[str, Any], run: Run) -> None:
        ses = cast("Ses", OwnSes(run.client("sesv2", self.provider)))
        channels = [
            channel
            for name in CHANNELS
            for channel in email.channels(_email_settings(name), client=ses)
        ]
        dynamodb = self._own_dynamodb(run)
        deliveries = DynamoDeliveries(DELIVERIES, dynamodb, self.clock)
        breakers = DynamoBreakers(DELIVERIES, dynamodb)
        context = SimpleNamespace(aws_request_id="r", invoked_function_arn=TARGET_ARN)
        letters = SqsDeadLetters(
            "q", payload, context, cast("Sqs", OwnSqs(run.client("sqs", self.letters)))
        )
        notify(
            TaskEvent.from_payload(payload),
            deliveries,
            guarded(channels, breakers, self.clock),
            letters,
            run.seconds_left,
        )

    def replay(self, faults: Faults, *, force: bool = False) -> list[Outcome]:
        """A person replays what is in the dead-letter queue, or begins to."""
        run = Run(self, faults=faults)
        outcomes: list[Outcome] = []
        rules = ReplayRules(started_at=self.moment(), **({"max_replays": None} if force else {}))
        sqs = run.client("sqs", self.letters)
        try:
            with DeadLetterReader(sqs, "q", clock=self.clock, poll_seconds=0) as reader:
                Replay(
                    reader=reader,
                    target=ReplayTarget(run.client("lambda", self.queue), TARGET_ARN),
                    rate_limiter=RateLimiter(1000, self.clock, self.advance),
                    sleep=self.advance,
                    interrupts=Interrupts(),
                    record=outcomes.append,
                ).run(select_for_replay(reader.receive(10), rules))
        except (
            Died,
            BotoCoreError,
            ClientError,
            NotAcceptedError,
        ):  # the person sees it, and tries again
            pass
        return outcomes

    def _changed(self, change: Change) -> None:
        self.ledger.changed(change, self._acting, self.now)

    def _accepted(self, message: Message) -> None:
        if self._acting is not None:
            self._acting.unrecorded.add(message)


def _email_settings(name: str) -> EmailSettings:
    return EmailSettings(name=name, sender="tasks@example.com", recipients=[f"{name}@example.com"])
