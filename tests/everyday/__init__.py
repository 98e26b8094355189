"""Everyday Python around a little mathematics: short programs as people write them, one trap each."""
