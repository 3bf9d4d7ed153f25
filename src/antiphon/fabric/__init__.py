"""How a call finds an engine: in this process, or anywhere."""
