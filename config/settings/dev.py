"""What `./run` uses: embedded servers or your own, one machine, plain HTTP on the loopback address."""

from config.settings.base import *  # noqa: F403
