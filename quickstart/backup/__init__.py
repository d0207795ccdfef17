"""A backup is one file: the database as of one moment, every file of the evidence, and a list of
both with their hashes. The keys are not in it.

`archive` is the file, `taking` writes one, `restoring` makes an installation of one, `whole` looks
whether everything in an installation is as it was recorded, `__main__` is `./run backup`.
"""
