"""The one-command start: packages, embedded servers, web, worker and beat, watched until Ctrl-C.

Imports nothing, because `./run` reads this package before anything is installed.
"""
