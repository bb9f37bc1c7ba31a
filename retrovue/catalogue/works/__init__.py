"""What people say of works: marks and edits, and which assets are which work.

identity.py    what a work is known again by, and whether an asset is it; pure
told.py        the assets as their sources tell them
alike.py       the assets that may be the same work as others
attach.py      which assets are which work, after each change
overlay.py     the fields that people and files say, laid over those of the source
marks.py       marks and edits, read and written
"""
