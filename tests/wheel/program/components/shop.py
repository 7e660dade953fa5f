"""Orders are taken at once, and their receipts printed later."""

from __future__ import annotations

import pulumi

from pulumi_serverless import (
    Foundation,
    FunctionCode,
    Key,
    PythonFunction,
    PythonFunctionArgs,
    Table,
    TableArgs,
)
from pulumi_serverless.handoff import AsyncHandoff, AsyncHandoffArgs

_CODE = FunctionCode(
    packages=("lambdas", "serverless_runtime.handoff", "serverless_runtime.shared")
)


class Shop(pulumi.ComponentResource):
    """Two functions with a handoff between them, and a table of receipts."""

    def __init__(
        self, name: str, foundation: Foundation, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("elsewhere:index:Shop", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.table = Table(
            f"{name}-printed",
            TableArgs(foundation=foundation, key=Key(partition="order_id", sort="printed_at")),
            opts=child,
        )
        self.print_receipt = PythonFunction(
            f"{name}-print-receipt",
            PythonFunctionArgs(
                foundation=foundation,
                handler="lambdas.print_receipt.handle",
                code=_CODE,
                environment={"RECEIPTS_TABLE_NAME": self.table.name},
            ),
            opts=child,
        )
        self.print_receipt.allow("print", actions=["dynamodb:PutItem"], resources=[self.table.arn])
        self.receipts = AsyncHandoff(
            f"{name}-receipts",
            AsyncHandoffArgs(foundation=foundation, target=self.print_receipt),
            opts=child,
        )
        self.take_order = PythonFunction(
            f"{name}-take-order",
            PythonFunctionArgs(
                foundation=foundation,
                handler="lambdas.take_order.handle",
                code=_CODE,
                environment=self.receipts.environment,
            ),
            opts=child,
        )
        self.receipts.allow_caller(self.take_order)
        self.register_outputs({})
