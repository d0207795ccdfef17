"""Become a program that dies with the supervisor, as an ordinary account where asked for.

    python -S -E child.py SIGNAL UID:GID|- FOLDER|- PARENT_PID PROGRAM [ARGUMENTS…]

Linux sends SIGNAL to the program when its parent is gone, even by kill -9. Elsewhere the next
start ends what was left behind (quickstart/leftovers.py).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """See the module. Never returns."""
    signal_name, ids, folder, parent, *command = sys.argv[1:]
    if ids != "-":
        uid, gid = map(int, ids.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        os.environ["HOME"] = "/"
    if folder != "-":
        os.chdir(folder)
    if sys.platform.startswith("linux"):
        # after setuid, because a change of credentials clears it
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, getattr(signal, signal_name).value, 0, 0, 0)
        if os.getppid() != int(parent):  # it died in between
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606


main()
