"""Samples and the formats they travel in."""
