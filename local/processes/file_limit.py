"""How many files and connections this process and its children may have open."""

import resource

_WANTED = 8_192


def raise_file_limit() -> None:
    """As far as the system lets us. macOS starts with 256, too few for the stack and for its tests."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
