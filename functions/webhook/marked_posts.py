"""Posts of `make doctor` and `make smoke`, which say so in a header: they are counted apart from CometChat's."""

from shared.http import Request

HEADER = "x-voip-push-test"
_PROGRAMS = ("doctor", "smoke")


def posted_by(request: Request) -> str:
    """The program, or empty for CometChat. Only to be asked of a request whose credentials have been checked."""
    program = request.headers.get(HEADER, "")
    return program if program in _PROGRAMS else ""
