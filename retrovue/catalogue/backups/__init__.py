"""Copies of the file: made, brought back, and published without secrets.

backup.py automatic.py           make one; the ones made before what cannot be undone
restore.py                       bring one back
strip_secrets.py find_secrets.py take the secrets out of a copy; where one still stands
anonymised.py pseudonyms.py      a copy for bug reports; what stands for each word in it
alphabets.py kept_words.py kept_keys.py   letters for letters; what stays
"""
