"""Copies of the file: made, brought back, and published without secrets."""
