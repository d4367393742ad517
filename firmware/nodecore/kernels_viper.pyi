"""Viper pointer types exist for its compiler alone; to its callers these are the functions of `kernels`."""

from nodecore.kernels import *  # noqa: F403
