"""What the OpenAPI description says of one call; handed to `extend_schema(**…)`."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample


def call(
    operation: str,
    summary: Any,
    answer: Any,
    *,
    status: int = 200,
    tag: str = "complaints",
    **more: Any,
) -> dict[str, Any]:
    """`more`: request, parameters, examples …"""
    named = {"operation_id": operation, "summary": summary, "tags": [tag]}
    return {**named, "responses": {status: answer}, **more}


def sent(value: Any, name: str = "示例") -> list[OpenApiExample]:
    """A body that can be sent as it stands."""
    return [OpenApiExample(name, value=value, request_only=True)]
