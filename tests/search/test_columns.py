"""Counting by groups of values."""

from __future__ import annotations

import numpy as np

from app.search.columns import Column


def test_thing_with_several_values_of_a_group_counts_once() -> None:
    column = Column.of([("a", "b"), ("b",), ("c", "d"), (), ("a",)])
    everything = np.ones(5, np.bool_)
    assert column.grouped(everything, {"a": "x", "b": "x", "c": "y"}) == {"x": 3, "y": 1}
    assert column.grouped(np.array([False, True, False, True, False]), {"a": "x", "b": "x", "c": "y"}) == {"x": 1}
    assert Column.of([]).grouped(np.ones(0, np.bool_), {"a": "x"}) == {}
    assert column.grouped(everything, {}) == {}
