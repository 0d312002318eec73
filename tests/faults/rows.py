"""The list of rows: a number and a name for each function that injects a fault and looks what becomes of it."""

from dataclasses import dataclass
from typing import Callable


class NotRun(Exception):
    """This machine or this user can't inject the fault; says why."""


@dataclass(frozen=True)
class Row:
    number: int
    name: str
    inject: Callable
    namespaces: bool = False  # needs `unshare -Urmpf --mount-proc`


ROWS = {}


def row(number, name, namespaces=False):
    def add(function):
        ROWS.setdefault(number, []).append(Row(number, name, function, namespaces))
        return function
    return add
