"""Words too common to look for: kept in the index for phrases, left out of a query that says anything else."""

_FRENCH = """
a ai ait alors au aucun aucune aussi autre autres aux avait avant avec avez avoir avons ayant c ca car ce ceci
cela celle celles celui ces cet cette ceux chaque chez ci comme comment d dans de depuis des donc dont du elle
elles en encore entre es est et etaient etait etant etc ete etes etre eu eux fait faire faut font fut ici il
ils j je l la le les leur leurs lors lui m ma mais me meme memes mes moi moins mon n ne ni nos notre nous on
ont ou par parce parmi pas peu peut peuvent plus plusieurs pour pourquoi puis qu quand que quel quelle quelles
quels qui quoi s sa sans se sera seront ses si soit sommes son sont sous sur t ta te tel telle telles tels tes
toi ton tous tout toute toutes tres tu un une uns vers via voici voila vos votre vous y
afin ainsi aient cependant combien devoir dois doit doivent etaient etre fais faites furent fut lorsque peux pouvez
pouvoir puisse suis veut veux vouloir
"""
_ENGLISH = """
a about after all also am an and any are as at be because been being but by can could did do does for from had
has have he her here hers him his how i if in into is it its just me more most my no nor not of on only or
other our ours out over own she should so some such than that the their theirs them then there these they this
those to too under up very was we were what when where which while who whom why will with would you your yours
"""

FRENCH = frozenset(_FRENCH.split())
ENGLISH = frozenset(_ENGLISH.split())


def is_stopword(folded: str) -> bool:
    """Tell whether a folded word carries no subject of its own.

    English function words count only where they are not French words that mean something
    ("on", "or", "but" and "car" do not hide a French query's subject: `but`, `or` stay).
    """
    return folded in FRENCH or (folded in ENGLISH and folded not in _FRENCH_HOMOGRAPHS)


_FRENCH_HOMOGRAPHS = frozenset({"but", "or", "hers", "as", "am", "her", "do"})
