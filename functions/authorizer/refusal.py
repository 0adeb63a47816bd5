"""Why a phone is not let in, or can't be told from others."""


class Unauthorized(Exception):
    """The credential is missing or not valid. The message is for our log and quotes nothing of the credential."""


class CometChatUnavailable(Exception):
    """CometChat can't be asked now, or will not answer us. The message has its error code at most."""
