"""French inflection: bring the plural and the feminine of a folded word to its masculine singular, then stem it.

Snowball alone leaves apart "élu" and "élus", "médiateur" and "médiatrice", and joins "maire" with "mairie" and
"parti" with "part". The rules here work on folded words (no accents, lower case) and come before Snowball.
"""

import re
from functools import lru_cache

import Stemmer

_snowball = Stemmer.Stemmer("french", 0)


def _pairs(written: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in written.split())


# The closed lists of the French grammar: plurals in -x that do not follow their family.
_AIL = {"travaux": "travail", "vitraux": "vitrail", "baux": "bail", "emaux": "email", "coraux": "corail"}
_AU = re.compile(r"^(noy|tuy|joy|boy|alo)aux$")
_EU = re.compile(r"^(lieu|milieu|jeu|enjeu|feu|voeu|aveu|neveu|cheveu|adieu|pieu|essieu|moyeu|bleu|pneu)x$")
_OU = re.compile(r"^(bij|caill|ch|gen|hib|jouj|p)oux$")
_UNCHANGED = frozenset(
    {"taux", "faux", "chaux", "aux", "ceux", "deux", "mieux", "yeux", "vieux", "gens", "pres", "tres"}
)

# Feminines (folded) and the masculine they stand for; the first that fits is used.
_FEMININES = (
    (re.compile(r"(?<=\w\w)trice$"), "teur"),
    (re.compile(r"(?:(?<=ch)|(?<=ll)|(?<=ss)|(?<=ns)|(?<=is)|(?<=nd)|(?<=rv))euse$"), "eur"),
    (re.compile(r"(?<=\w\w)iere$"), "ier"),
    (re.compile(r"(?<=\w\w)(?:(?<=g)|(?<=ll)|(?<=h))ere$"), "er"),
    (re.compile(r"(?<=\w\w\w\w\w)ee$"), "e"),
)
# Feminines that follow no family, and the two women's titles of the language of town halls.
_IRREGULAR = _pairs(
    "blanche=blanc franche=franc seche=sec douce=doux publique=public laique=laic grecque=grec turque=turc "
    "maitresse=maitre cheffe=chef mairesse=maire hotesse=hote"
)
_NO_MASCULINE = frozenset({"matrice", "cicatrice", "lumiere", "matiere", "maniere", "riviere", "carriere"})

# "sportif", "sportive", "sportivement", "activer": Snowball knows the family by its v.
_IN_F = re.compile(r"(?<=\w\w)(i|eu)f$")

# How numbers in a row are written: "1er", "1re", "2nde", "2ème", "deuxième".
_ORDINAL = re.compile(r"^(\d{1,4})(?:er|ere|re|e|eme|ieme|nd|nde)s?$")
_ORDINALS = _pairs(
    "premier=1e second=2e deuxieme=2e troisieme=3e quatrieme=4e cinquieme=5e sixieme=6e septieme=7e "
    "huitieme=8e neuvieme=9e dixieme=10e"
)
_SHORTENED = _pairs(
    "mme=madame mmes=madame mlle=mademoiselle mr=monsieur messieurs=monsieur mesdames=madame st=saint "
    "ste=sainte bd=boulevard bld=boulevard"
)

# A noun in -ie is another thing than the word it seems to inflect ("mairie" is not "maire", "partie" not "parti"),
# save the learned families, whose adjectives in -ique Snowball joins rightly.
_LEARNED_IE = re.compile(r"(log|graph|crat|nom|teg|metr|path|phob|urg|nerg|phil|soph|trop)ie$")

# Verbs in -venir and -tenir whose noun of action is in -vention, -tention.
_VERB_OF_ACTION = re.compile(r"^((?:pre|inter|con)ven|(?:ob|de|re|abs)ten)ir$")

_SHORT_EE = range(5, 7)  # nouns of their own: armée is not arme, nor durée dure
_SHORT_I = 7  # up to this length what Snowball leaves of a word in -i is another word: fini/fin, parti/part


def singular(word: str) -> str:
    """Give the singular of a folded French word: `singular("locaux") == "local"`."""
    if len(word) <= 3 or word in _UNCHANGED:  # noqa: PLR2004 - "bus", "élu": nothing to take away
        return word
    if word.endswith("x"):
        return _singular_of_x(word)
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _singular_of_x(word: str) -> str:
    if word in _AIL:
        return _AIL[word]
    if word.endswith("eaux") or _AU.match(word) or _EU.match(word) or _OU.match(word):
        return word[:-1]
    return word[:-2] + "l" if word.endswith("aux") else word


def masculine(word: str) -> str:
    """Give the masculine of a folded French singular: `masculine("mediatrice") == "mediateur"`."""
    if word in _NO_MASCULINE:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for feminine, ending in _FEMININES:
        found = feminine.sub(ending, word)
        if found != word:
            return found
    return word


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Give the term under which a folded French word is indexed and looked for."""
    if not word.isalpha() or not word.isascii():
        return _ORDINAL.sub(r"\1e", word)
    base = masculine(singular(_SHORTENED.get(word, word)))
    if base in _ORDINALS:
        return _ORDINALS[base]
    base = _IN_F.sub(r"\1ve", base)
    action = _VERB_OF_ACTION.match(base)
    if action:
        return str(_snowball.stemWord(action[1] + "tion"))
    if _stays_whole(base):
        return base
    return str(_snowball.stemWord(base))


def _stays_whole(word: str) -> bool:
    if word.endswith("ie"):
        return not _LEARNED_IE.search(word)
    if word.endswith("ee"):
        return len(word) in _SHORT_EE
    return word.endswith("i") and len(word) <= _SHORT_I
