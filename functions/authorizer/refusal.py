"""Why a phone is not let in."""


class Unauthorized(Exception):
    """The credential is missing or not valid. The message is for our log and quotes nothing of the credential."""
