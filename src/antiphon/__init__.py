"""Antiphon answers text with speech, in the voice asked for, from the machine nearest you."""

__version__ = "0.1.0"
