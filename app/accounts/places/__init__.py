"""Places people come from, completed from published data: French communes and their groupings, cities of Europe."""
