"""Working out a formula of a proposal again: 3 × 3980.00, max(3 × 100, 500). Pure."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from decimal import Decimal, DecimalException

_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS: dict[str, Callable[..., Decimal]] = {"max": max, "min": min}
_SIGNS = str.maketrans("×＊✕÷（），－＋", "***/(),-+")


class _NotAFormula(ValueError):
    pass


def result_of(formula: str) -> Decimal | None:
    """The result to the cent; None where the text is no formula of numbers (凭据, say)."""
    text = re.sub(r"(?<=\d),(?=\d{3}\b)|[¥￥元]", "", formula.translate(_SIGNS)).strip()
    if not text or len(text) > 200:
        return None
    try:
        return _value(ast.parse(text, mode="eval").body).quantize(Decimal("0.01"))
    except (_NotAFormula, SyntaxError, ValueError, DecimalException, RecursionError, MemoryError):
        return None


def _value(node: ast.expr) -> Decimal:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return Decimal(str(node.value))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
        function = _FUNCTIONS.get(node.func.id)
        if function is not None:
            return function(*(_value(argument) for argument in node.args))
    raise _NotAFormula
