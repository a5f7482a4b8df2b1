"""What happens is announced in the past tense; features that care listen, inside the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

Event = TypeVar("Event")
_listeners: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)


def listen(kind: type[Event]) -> Callable[[Callable[[Event], None]], Callable[[Event], None]]:
    """Register a function called with each event of this class. A listener adds jobs, it does no long work."""

    def register(listener: Callable[[Event], None]) -> Callable[[Event], None]:
        if listener not in _listeners[kind]:
            _listeners[kind].append(listener)
        return listener

    return register


def announce(event: object) -> None:
    """Tell the listeners that something happened. Called by an operation, inside its transaction."""
    for listener in _listeners.get(type(event), ()):
        listener(event)


def catalogue() -> dict[type[Any], list[Callable[[Any], None]]]:
    """Return every event class listened to, with its listeners (for the documentation and its test)."""
    return dict(_listeners)
