"""What all components have in common: checked names, and resources that AWS accepts."""

from __future__ import annotations

import functools
import re
import typing
from collections.abc import Hashable
from typing import Any

import pulumi

from pulumi_serverless.blocks.argument_checks import got
from pulumi_serverless.blocks.arguments import check_public_methods
from pulumi_serverless.blocks.aws_limits import require_fitting
from pulumi_serverless.blocks.secret_settings import keeping_secret

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


class Component(pulumi.ComponentResource):
    """A component whose own resources are checked against the limits of AWS in preview, and the
    arguments of its methods against their annotations."""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        check_public_methods(cls)

    def __init__(
        self, type_: str, name: str, args: object, opts: pulumi.ResourceOptions | None
    ) -> None:
        kind = type(self).__name__
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ValueError(
                f"the name of a {kind} must be 1 to 100 letters, digits, - and _, got {got(name)}"
            )
        needed = _arguments_of(typing.cast(Hashable, type(self)))
        if not isinstance(args, needed):
            raise ValueError(f"args of {kind} {name} must be {needed.__name__}, got {got(args)}")
        if opts is not None and not isinstance(opts, pulumi.ResourceOptions):
            raise ValueError(
                f"opts of {kind} {name} must be pulumi.ResourceOptions(...), got {got(opts)}"
            )
        # The transformations of a parent are those of its children too: once is enough.
        if opts is None or not isinstance(opts.parent, Component):
            own = pulumi.ResourceOptions(transformations=[require_fitting, *keeping_secret()])
            opts = pulumi.ResourceOptions.merge(opts, own)
        super().__init__(type_, name, {}, opts)


@functools.cache
def _arguments_of(component: Any) -> type[Any]:
    """The class of a component's `args`, as its constructor declares it."""
    declared: type[Any] = typing.get_type_hints(component.__init__)["args"]
    return declared
