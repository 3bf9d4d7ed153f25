"""Who asks: owners, their keys, and the dictionaries that are theirs."""
