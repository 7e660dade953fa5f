"""An old shop, whose routes move to new functions one by one."""

import pulumi

from pulumi_serverless import (
    AlarmTopic,
    AlarmTopicArgs,
    ApiAccess,
    Forward,
    Foundation,
    FunctionCode,
    Key,
    NoAuth,
    Operations,
    OperationsArgs,
    PythonFunction,
    PythonFunctionArgs,
    Subscriber,
    Table,
    TableArgs,
    throttled_alarms,
)
from pulumi_serverless.strangler import MovingRoute, StranglerFacade, StranglerFacadeArgs

CUSTOMER = "$request.header.x-customer"
"""What a customer is recognised by, and stays on one side."""

config = pulumi.Config()
code = FunctionCode(packages=("shop", "serverless_runtime.shared"))
on_call = Subscriber(protocol="email", endpoint="on-call@example.com")
alarms = AlarmTopic("alarms", AlarmTopicArgs(subscribers=[on_call]))
foundation = Foundation(alarm_topic_arn=alarms.arn, protect_data=config.require_bool("protectData"))
old_shop = Forward(url=config.require("oldShopUrl"), timeout_seconds=10)
shop = Table("shop", TableArgs(foundation=foundation, key=Key(partition="kind", sort="id")))


def a_function(name: str, handler: str, action: str) -> PythonFunction:
    """A part of the new shop, which may do one thing with its table."""
    function = PythonFunction(
        name,
        PythonFunctionArgs(
            foundation=foundation,
            handler=handler,
            code=code,
            environment={"SHOP_TABLE": shop.name, "OLD_SHOP_URL": config.require("oldShopUrl")},
        ),
    )
    function.allow("use-shop", actions=[f"dynamodb:{action}"], resources=[shop.arn])
    return function


copy_products = a_function("copy-products", "shop.copy_products.handle", "PutItem")
front = StranglerFacade(
    "front",
    StranglerFacadeArgs(
        foundation=foundation,
        legacy=old_shop,
        routes={
            "GET /products": MovingRoute(
                new=a_function("list-products", "shop.products.list_products", "Query"),
                sticky_by=CUSTOMER,
            ),
            "GET /products/{id}": MovingRoute(
                new=a_function("show-product", "shop.products.show_product", "GetItem"),
                sticky_by=CUSTOMER,
            ),
            "POST /orders": MovingRoute(
                new=a_function("take-order", "shop.orders.take_order", "PutItem"),
                sticky_by=CUSTOMER,
            ),
        },
        read_seconds=config.require_int("readSeconds"),
        # The old shop knows who may do what.
        access=ApiAccess(auth=NoAuth()),
    ),
)

throttled = throttled_alarms("table-throttled", {"shop": shop}, foundation=foundation)
operations = Operations(
    "operations",
    OperationsArgs(
        foundation=foundation, watched=[front], functions=[copy_products], alarms=throttled
    ),
)
pulumi.export("frontUrl", front.url)
pulumi.export("oldShopUrl", config.require("oldShopUrl"))
pulumi.export("shopTable", shop.name)
pulumi.export("operations", operations.outputs)
