"""Errors of the calls function."""


class CallsUnavailable(Exception):
    """The calls table could not be read. Says nothing about the call."""
