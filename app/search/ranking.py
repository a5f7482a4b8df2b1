"""The figures by which every engine ranks, chosen on French and English questions with known answers.

BM25 of each field (Robertson and Zaragoza, 2009), summed over a thing's own words (title, keywords, text) and its best
passage. Two things are added: a word found in both counts less the second time, and what holds more of the question
goes up. Both are the better for short titles and long questions, and neither costs a reading.
"""

from __future__ import annotations

from collections.abc import Mapping

BM25: Mapping[str, tuple[float, float]] = {"title": (1.2, 1.0), "tags": (1.2, 1.0), "body": (0.8, 0.7)}
"""K1 (how soon repeating a word tells no more) and B (how much length is held against a text) of each field."""

SAID_TWICE = 0.4
"""What is taken off the lesser of two weights when one word stands in the thing's own words and in the passage."""

COMPLETENESS = 0.25
"""Power of the part of the question, weighed by the rarity of its words, that the thing and its passage hold."""
