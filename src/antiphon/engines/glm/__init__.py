"""The neural engine: GLM-TTS, from a checkpoint in its official layout."""
