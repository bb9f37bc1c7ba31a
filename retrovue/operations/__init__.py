"""The verbs: gather from importers and the disk, then write to the catalogue.

No plugin code runs and nothing is contacted while the write lock is held.
"""
