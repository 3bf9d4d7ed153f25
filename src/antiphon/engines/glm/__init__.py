"""GLM-TTS: text becomes speech tokens, speech tokens a mel spectrogram, and that the sound."""
