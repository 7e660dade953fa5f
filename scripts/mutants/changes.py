"""The changes: Cosmic Ray's, but for those that nothing can notice."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of one module."""

    module: Path
    """Relative to the root of the tree."""

    before: str
    after: str

    def diff(self) -> str:
        """Return the change, as a reviewer reads it."""
        before, after = self.before.splitlines(), self.after.splitlines()
        lines = unified_diff(before, after, str(self.module), "changed", n=1, lineterm="")
        return "\n".join(lines)

    def lines(self) -> set[int]:
        """Return the lines of the statements that it changes."""
        before, after = self.before.splitlines(), self.after.splitlines()
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        changed = [
            (start + 1, max(start + 1, end))
            for kind, start, end, *_ in matcher.get_opcodes()
            if kind != "equal"
        ]
        found: set[int] = set()
        for first, last in changed:
            found |= set(_statement(ast.parse(self.before), first))
            found |= set(range(first, last + 1))
        return found


def changes(root: Path, modules: Sequence[Path], seed: int) -> Iterator[Change]:
    """Yield every change of the modules once, in an order that the seed decides."""
    possible = [
        (module, operator, number)
        for module in modules
        for operator, count in _operators((root / module).read_text())
        for number in range(count)
    ]
    random.Random(seed).shuffle(possible)  # noqa: S311 -- a sample, no secret
    seen: set[tuple[Path, str]] = set()
    for module, operator, number in possible:
        before = (root / module).read_text()
        after = mutate_code(before, operator, number)
        if after is None or (module, after) in seen or not is_noticeable(before, after):
            continue
        seen.add((module, after))
        yield Change(module=module, before=before, after=after)


def _operators(code: str) -> Iterator[tuple[object, int]]:
    """Yield the operators, and how much of the code each can change."""
    nodes = list(ast_nodes(get_ast(code)))
    for name in operator_names():
        operator_class = get_operator(name)
        # Those with arguments need to be told what to insert.
        if not operator_class.arguments():
            operator = operator_class()
            yield operator, sum(1 for node in nodes for _ in operator.mutation_positions(node))


def is_noticeable(before: str, after: str) -> bool:
    """Whether the code differs by more than what nothing evaluates, and still is Python."""
    try:
        return _evaluated(before) != _evaluated(after)
    except SyntaxError:
        return False


def _evaluated(code: str) -> str:
    return ast.dump(_Evaluated().visit(ast.parse(code)))


_READ_NOTHING = {"ABC", "MockMonitor", "NamedTuple", "Protocol", "pulumi.runtime.Mocks"}
_CLASSES = {"bool", "bytes", "dict", "float", "int", "list", "str", "tuple", "type"}


class _Evaluated(ast.NodeTransformer):
    """Leaves out imports for annotations alone, annotations that nothing reads, the decorators of a
    protocol's members, the marks among parameters, where * is no operator, and the difference
    between `is` and `==` for what is equal only if it is the same: truth values and classes.

    Annotations of a class's fields and public methods may be read by a base, such as pydantic's or
    the one that checks the arguments of components.
    """

    def __init__(self) -> None:
        self._read = False

    def _inside(self, node: ast.AST, *, read: bool) -> ast.AST:
        before, self._read = self._read, read
        self.generic_visit(node)
        self._read = before
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        bases = {ast.unparse(base) for base in node.bases} - _READ_NOTHING
        if "Protocol" in map(ast.unparse, node.bases):
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    member.decorator_list = []
        return self._inside(node, read=bool(bases))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        if not self._read or node.name.startswith("_"):
            for each in ast.walk(node.args):
                if isinstance(each, ast.arg):
                    each.annotation = None
        _leave_out_marks(node.args)
        return self._inside(node, read=False)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if not self._read:
            node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        compared = [node.left, *node.comparators]
        if any(map(_is_class, compared)) or all(map(_is_truth, compared)):
            node.ops = [_BY_VALUE.get(type(each), type(each))() for each in node.ops]
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        names = {each.id for each in ast.walk(node.test) if isinstance(each, ast.Name)}
        if names == {"TYPE_CHECKING"} and not node.orelse:
            return None
        return self.generic_visit(node)


_BY_VALUE: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Is: ast.Eq, ast.IsNot: ast.NotEq}


def _is_class(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id in _CLASSES) or _calls(node, "type")


def _is_truth(node: ast.expr) -> bool:
    """Whether it is True or False, as comparisons are."""
    is_not = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return is_not or isinstance(node, ast.Compare) or _calls(node, "bool", "isinstance")


def _calls(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in names


def _leave_out_marks(parameters: ast.arguments) -> None:
    """Make all parameters keyword-only, unless their number is open."""
    if parameters.vararg is None:
        by_place = [*parameters.posonlyargs, *parameters.args]
        without = [None] * (len(by_place) - len(parameters.defaults))
        parameters.kw_defaults = [*without, *parameters.defaults, *parameters.kw_defaults]
        parameters.kwonlyargs = [*by_place, *parameters.kwonlyargs]
        parameters.posonlyargs, parameters.args, parameters.defaults = [], [], []


def _statement(tree: ast.Module, line: int) -> range:
    """Return the lines of the innermost statement, of a compound one its head."""
    found = range(line, line + 1)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(each.lineno for each in decorators)])
            end = body[0].lineno - 1 if body else (node.end_lineno or node.lineno)
            lines = range(first, max(end, first) + 1)
            # Walked from the outside: the last that fits is the innermost.
            if line in lines:
                found = lines
    return found
