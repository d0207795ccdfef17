"""The worker's end of the broker: it outlives a broker that goes away under a running task."""

import logging
from collections.abc import Callable
from typing import Any

from celery.worker import consumer

logger = logging.getLogger(__name__)


class Consumer(consumer.Consumer):
    """Celery's, but nothing more is asked of a connection that is gone.

    Kombu's channel of a connection that was given up has no address any more. Celery 5.7 still puts
    back by it what it had not acknowledged, and acknowledges by it what ends later; it takes the
    AttributeError of either for a fault of its own and ends the worker. Left alone, the broker
    delivers again what it has kept, after the `visibility_timeout`; tasks are idempotent for that.
    """

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """The broker went away."""
        if self.task_consumer is not None:
            self.task_consumer.channel.do_restore = False
        super().on_connection_error_after_connected(exc)

    def call_soon_ack(self, p: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """`p`: a message's `ack_log_error` or `reject_log_error`."""
        return super().call_soon_ack(_while_open(p), *args, **kwargs)


def _while_open(answer: Callable[..., Any]) -> Callable[..., None]:
    message = answer.__self__  # type: ignore[attr-defined]

    def to_the_broker(*args: Any, **kwargs: Any) -> None:
        if message.channel.closed:
            logger.warning("the broker was away while a task ran; the task may run again")
        else:
            answer(*args, **kwargs)

    return to_the_broker
