"""The embedded default: a small formant synthesiser (espeak-ng), no model and no GPU needed."""
