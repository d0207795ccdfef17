"""`python -m quickstart [--empty]`: what `./run` becomes once the packages are there."""

import os
import sys

from quickstart.errors import CannotStart
from quickstart.supervisor import AlreadyRunning, Supervisor
from quickstart.terminal import say, tolerate_any_encoding


def main() -> int:
    """The exit code: 0 after an orderly stop, also when it was running already."""
    tolerate_any_encoding()
    os.umask(0o077)  # what this installation writes is for its owner
    try:
        return Supervisor(empty="--empty" in sys.argv[1:]).run()
    except AlreadyRunning as running:
        say(f"已在运行 / already running: {running or '(正在启动 / starting)'}", timed=False)
        return 0
    except CannotStart as error:
        say(str(error), timed=False)
        return 1


if __name__ == "__main__":
    sys.exit(main())
