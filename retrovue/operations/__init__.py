"""Between importers and the catalogue: gather from the one, then hand to the other.

No plugin code runs and nothing is contacted while the write lock is held.
"""
