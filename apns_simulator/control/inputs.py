"""Bodies of control requests that have no dataclass elsewhere in the simulator."""

from dataclasses import dataclass
from typing import Literal

from apns_simulator.config import ENVIRONMENTS, Environment
from apns_simulator.errors import BadInputError
from apns_simulator.faults import How, LastStreamId, as_list, check_goaway
from apns_simulator.provider_token import ProviderKey


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInput:
    """A provider key to register. `pem` is a .p8 file or a public key; for the lists, None means all."""

    key_id: str
    team_id: str
    pem: str
    environments: list[Environment] | None = None
    topics: list[str] | None = None

    def key(self) -> ProviderKey:
        """Return the key.

        Raises:
            BadInputError: `pem` is not a PEM key on P-256.
        """
        environments = ENVIRONMENTS if self.environments is None else self.environments
        try:
            return ProviderKey.from_pem(
                self.pem.encode(), self.key_id, self.team_id, environments=environments, topics=self.topics
            )
        except ValueError as error:
            raise BadInputError("pem cannot be read; expected a PEM key on P-256, such as a .p8 file") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseInput:
    """Which connections to end now, and how. "goaway" sends one frame per `last_stream_id`, see `Fault`."""

    how: How | Literal["goaway"]
    connection_id: int | None = None
    environment: Environment | None = None
    idle_only: bool = False
    error_code: int = 0
    reason: str | None = None
    last_stream_id: LastStreamId | list[LastStreamId] = "current"
    close_when_drained: bool = True

    def __post_init__(self) -> None:
        check_goaway(self.error_code, as_list(self.last_stream_id))
