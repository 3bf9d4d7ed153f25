"""How the tables came to be, step by step; loaded only where a step is missing."""
