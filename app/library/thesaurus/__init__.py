"""The thesaurus: the common keywords of the network, their names in two languages, what stands under what."""
