"""Whether the file is sound, and how it is repaired."""
