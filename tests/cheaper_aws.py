"""What moto and botocore do for each request and session, with less work and the same results.

moto took a quarter of the time of these tests, and most of it to update an item: it parses an
expression several times for each request, copies the tree, and asks each node of it again and again
what it is. Of each member of a response it asks anew by which names its own objects may have it.
Each of its subscriptions makes a key of 2,048 bits, and each session of botocore finds the names of
its events anew.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.hooks
import botocore.useragent
import moto.core.responses
import moto.core.utils
import moto.sns.models
import moto.sqs.models
from moto.core.serialize import ResponseSerializer, XFormedAttributePicker
from moto.dynamodb.parsing import ast_nodes, expressions, validators

_trees: Any = ast_nodes
_parsers: Any = expressions

MOTOS_UNIX_TIME = moto.core.utils.unix_time
BOTOCORES_EVENT_NAME = botocore.hooks.EventAliaser._alias_event_name

MOTOS = {
    (owner, name): getattr(owner, name)
    for owner, name in (
        (_parsers.UpdateExpressionParser, "make"),
        (_trees.DepthFirstTraverser, "traverse"),
        (_trees.Node, "find_clauses"),
        (validators, "deepcopy"),
        (XFormedAttributePicker, "get_possible_keys"),
        (ResponseSerializer, "_serialize_structure_member"),
    )
}

_SAME_EACH_TIME: tuple[tuple[Any, str], ...] = (
    (moto.core.responses, "method_names_from_class"),
    (moto.core.responses, "camelcase_to_underscores"),
    (moto.sqs.models, "camelcase_to_underscores"),
    (botocore.hooks, "accepts_kwargs"),
    (botocore.useragent, "sanitize_user_agent_string_component"),
)


def apply() -> None:
    """Replace moto's and botocore's own functions in this process."""
    ours = (_parsed, _traverse, _find_clauses, _copied, _possible_keys, _member)
    for (owner, name), each in zip(MOTOS, ours, strict=True):
        setattr(owner, name, each)
    for owner, name in _SAME_EACH_TIME:
        setattr(owner, name, cache(getattr(owner, name)))
    of_times: Any = moto.core.utils
    of_times.unix_time = unix_time
    of_hooks: Any = botocore.hooks
    of_hooks.EventAliaser._alias_event_name = lambda _, name: event_name(name)
    of_topics: Any = moto.sns.models.Subscription
    a_key = cache(of_topics.private_key.__wrapped__)
    of_topics.private_key = lambda _: a_key(None)


def unix_time(moment: datetime | None = None) -> float:
    """Return the seconds since 1970 until a moment of UTC, or until now."""
    return (moment.replace(tzinfo=UTC) if moment else datetime.now(UTC)).timestamp()


@cache
def event_name(name: str) -> Any:
    """Return the name that botocore gives to an event."""
    return BOTOCORES_EVENT_NAME(botocore.hooks.EventAliaser(None), name)


# What validates a tree works on a copy of it.
_parsed = staticmethod(cache(_parsers.UpdateExpressionParser.make))
_CONTAINERS = (_trees.Expression, _trees.UpdateExpressionFunction)
_is: Any = cache(issubclass)


def _traverse(self: Any, root: Any) -> Any:
    wanted = self.nodes_to_be_processed()
    before_child = self.pre_processing_of_child

    def processed(node: Any, place: int) -> Any:
        if not _is(type(node), _trees.Node):
            return node
        parent = node.parent
        for number, child in enumerate(node.children or ()):
            before_child(node, number)
            processed(child, number)
        if _is(type(node), wanted):
            node = self.process(node)
            node.parent = parent
            if parent:
                parent.children[place] = node
        return node

    return processed(root, -1)


def _find_clauses(self: Any, kinds: Any) -> list[Any]:
    found = []
    for child in self.children or ():
        if type(child) in kinds:
            found.append(child)
        elif _is(type(child), _CONTAINERS):
            found.extend(child.find_clauses(kinds))
    return found


def _copied(tree: Any) -> Any:
    return pickle.loads(pickle.dumps(tree))  # noqa: S301 -- of this process


_MOTOS_POSSIBLE_KEYS: Callable[..., Iterable[str]] = MOTOS[
    XFormedAttributePicker, "get_possible_keys"
]
_known: dict[Any, tuple[str, ...]] = {}


def _possible_keys(self: Any, context: Any) -> Iterable[str]:
    shape = context.shape
    if shape is None or hasattr(context.obj, "Meta"):
        return _MOTOS_POSSIBLE_KEYS(self, context)
    place = (
        *(context.service_model.service_name, context.key, type(context.obj)),
        *(shape.name, shape.serialization.get("name"), shape.type_name),
        *(getattr(getattr(shape, "parent", None), "name", None), *self.alias_providers),
    )
    if place not in _known:
        _known[place] = tuple(_MOTOS_POSSIBLE_KEYS(self, context))
    return _known[place]


_MOTOS_MEMBER = MOTOS[ResponseSerializer, "_serialize_structure_member"]


def _member(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    # DynamoDB's values have one member of ten, by its own name.
    if shape.parent.name != "AttributeValue" or key in value:
        _MOTOS_MEMBER(self, serialized, value, shape, key)
