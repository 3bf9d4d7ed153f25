"""Antiphon answers text with speech, in the voice asked for, from the machine nearest the listener."""

__version__ = "0.1.0"
