"""What those who run the site add to words: groups of synonyms, words to ignore, things that come first."""

from app.search.rules.compiled import NO_RULES, Rules
from app.search.rules.keeping import rules

__all__ = ["NO_RULES", "Rules", "rules"]
