"""Whose voices there are: enrolled, found, shared, carried elsewhere and erased."""
