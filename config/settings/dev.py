"""What `./run` uses: embedded servers or your own, one machine, plain HTTP on loopback."""

from config.settings.base import *  # noqa: F403
