"""Who asks: owners and their keys."""
