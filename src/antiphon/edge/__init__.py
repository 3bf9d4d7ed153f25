"""The doors: HTTP in the dialects that clients speak."""
