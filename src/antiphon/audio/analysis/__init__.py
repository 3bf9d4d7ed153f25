"""What can be measured of a voice in a short recording: numpy only, pure functions of arrays."""
