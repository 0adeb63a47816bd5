"""Errors of the local stack; their messages are printed as they are."""

from ops.errors import CommandError


class UnsupportedApi(CommandError):
    """The template's HTTP API has something that this module does not know how to make."""


class DockerUnavailable(CommandError):
    """There is no Docker, or not one whose containers can reach us."""


class NotRegistered(CommandError):
    """The tokens API refused."""


class CallStateUnknown(CommandError):
    """The call-state API has failed, which says nothing about the call."""
