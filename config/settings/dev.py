"""What `./run` uses: embedded servers or your own, one machine, plain HTTP on loopback."""

from config.settings.base import *  # noqa: F403

SECOND_FACTOR_EXCUSES_DEMO = True  # their passwords are printed in the terminal anyway
