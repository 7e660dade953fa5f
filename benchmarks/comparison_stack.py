"""The callers and their one target, deployed to the emulator beside the program.

Their tables are in an emulator of their own, whose process is DynamoDB: on AWS it does not keep
Lambda waiting.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.callers import all_callers, packed
from benchmarks.interpreters import function_python
from benchmarks.ready_services import Caller
from local.deployed import running_instance
from local.emulator.clients import ACCOUNT_ID, REGION
from local.emulator.start import Emulator
from local.engine.services.apigatewayv2 import api_url
from local.scenario.handoff_stack import HandoffStack, handoff_stack
from local.wait import wait_until

_TARGET = Path(__file__).with_name("bare") / "target.py"
_TARGET_NAME = "benchmark-target"
_WITHIN_SECONDS = 120


@dataclass(frozen=True)
class Service:
    """A caller that is deployed."""

    caller: Caller
    url: str
    """Where a task is posted to."""

    function_name: str

    @property
    def name(self) -> str:
        return self.caller.name


class ComparisonStack:
    """Deploys callers with one role, and one function that they all hand off to.

    `database` has the tables of all callers.
    """

    def __init__(self, stack: HandoffStack, database: Emulator) -> None:
        self.emulator: Emulator = stack.emulator
        self.database = database
        self.target_name = _TARGET_NAME
        self._client = stack.client
        self._done = stack.emulator.directory / "done"
        self._done.touch()
        self._settings = self._client("lambda").get_function_configuration(
            FunctionName=stack.function_names()["tasks-create-task"]
        )
        for name in self._client("dynamodb").list_tables()["TableNames"]:
            self._make_table_as_declared(name)
        self._target_arn = self._make_target()
        self.services = [self._deploy(each) for each in all_callers(self._settings)]
        self._allow()

    def done(self) -> int:
        """Return how many times the target has finished."""
        return self._done.stat().st_size

    def wait_until_done(self, number: int) -> None:
        """Wait until the target has finished so many times. Raises DeadlineExceededError."""
        wait_until(
            self.done,
            f"{number} runs of the target",
            seconds=_WITHIN_SECONDS,
            enough=lambda done: done >= number,
        )

    def let_target_work(self, seconds: float) -> None:
        """Let the target take so long from now on."""
        self._client("lambda").update_function_configuration(
            FunctionName=_TARGET_NAME, Environment={"Variables": self._target_variables(seconds)}
        )
        self._wait_for_update(_TARGET_NAME)

    def make_cold(self, service: Service) -> None:
        """Put a function's code there anew: it gets new processes."""
        self._client("lambda").update_function_code(
            FunctionName=service.function_name, ZipFile=service.caller.bundle
        )
        self._wait_for_update(service.function_name)

    def _wait_for_update(self, name: str) -> None:
        wait_until(
            lambda: self._client("lambda").get_function_configuration(FunctionName=name)[
                "LastUpdateStatus"
            ],
            f"{name} to be updated",
            seconds=_WITHIN_SECONDS,
            enough=lambda status: status == "Successful",
        )

    def _target_variables(self, seconds: float) -> dict[str, str]:
        return {"WORK_SECONDS": str(seconds), "DONE_FILE": str(self._done)}

    def _make_target(self) -> str:
        return self._make_function(
            _TARGET_NAME,
            Caller(
                name=_TARGET_NAME,
                bundle=packed(_TARGET),
                runtime=self._settings["Runtime"],
                handler=f"{_TARGET.stem}.handle",
            ),
            self._target_variables(0),
        )

    def _make_function(self, name: str, caller: Caller, variables: Mapping[str, str]) -> str:
        """Make a function with the role, time and memory of ours; return its ARN."""
        arn: str = self._client("lambda").create_function(
            FunctionName=name,
            Code={"ZipFile": caller.bundle},
            Environment={"Variables": variables},
            Runtime=caller.runtime,
            Handler=caller.handler,
            **{key: self._settings[key] for key in ("Role", "Timeout", "MemorySize")},
        )["FunctionArn"]
        return arn

    def _deploy(self, caller: Caller) -> Service:
        slug = "-".join(re.findall(r"\w+", caller.name))
        table = f"benchmark-{slug}"
        if caller.table_key:
            self._make_table(table, caller.table_key)
        variables = caller.variables(
            table_name=table, target_arn=self._target_arn, target_name=_TARGET_NAME
        )
        elsewhere = {"AWS_ENDPOINT_URL_DYNAMODB": self.database.url}
        function_arn = self._make_function(slug, caller, {**variables, **elsewhere})
        return Service(caller, f"{self._make_api(slug, function_arn)}/tasks", slug)

    def _make_table(self, name: str, key: str) -> None:
        self.database.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        )

    def _make_table_as_declared(self, name: str) -> None:
        """Make a table of the program's in the other emulator."""
        declared = self._client("dynamodb").describe_table(TableName=name)["Table"]
        indexes = [
            {key: each[key] for key in ("IndexName", "KeySchema", "Projection")}
            for each in declared.get("GlobalSecondaryIndexes", ())
        ]
        self.database.client("dynamodb").create_table(
            BillingMode="PAY_PER_REQUEST",
            **{key: declared[key] for key in ("TableName", "KeySchema", "AttributeDefinitions")},
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
        )

    def _allow(self) -> None:
        """Let the role, which is our function's, invoke the target as well."""
        statement = {
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": self._target_arn,
        }
        self._client("iam").put_role_policy(
            RoleName=self._settings["Role"].rsplit("/", 1)[1],
            PolicyName="benchmark",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )

    def _make_api(self, function_name: str, function_arn: str) -> str:
        """Put an HTTP API in front of a function, as ours has one; return its URL."""
        gateway = self._client("apigatewayv2")
        api_id = gateway.create_api(Name=function_name, ProtocolType="HTTP")["ApiId"]
        integration = gateway.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=function_arn,
            PayloadFormatVersion="2.0",
        )
        target = f"integrations/{integration['IntegrationId']}"
        gateway.create_route(ApiId=api_id, RouteKey="POST /tasks", Target=target)
        gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
        self._client("lambda").add_permission(
            FunctionName=function_name,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api_id}/*/POST/tasks",
        )
        return api_url(self.emulator.url, api_id)


@contextmanager
def comparison_stack() -> Iterator[ComparisonStack]:
    """The program in an emulator, the comparison's functions beside it, and their tables in
    another."""
    with (
        running_instance("bench-tables", only_service="dynamodb") as database,
        handoff_stack(
            "bench", only="webhook", watched=False, function_python=function_python()
        ) as stack,
    ):
        yield ComparisonStack(stack, database)
