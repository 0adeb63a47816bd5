"""Cells about the authorizer: a phone shows a JWT, or a CometChat auth token."""

import secrets
from abc import abstractmethod

from local.sample_events import credentials
from tests.programs.faults.cell import Kind, Moment
from tests.programs.faults.request_cell import Answer, RequestCell
from tests.support.aws.lambda_runtime import RunningFunction
from tests.support.http_events import http_event


class AuthorizerCell(RequestCell):
    function = "authorizer"
    # API Gateway, and the function's timeout in the template.
    waits_s = 10.0
    # API Gateway answers 500 and keeps nothing. A refusal it would keep for a minute.
    failures = ("failed",)

    @property
    def caches_expire_s(self) -> float:
        return 3_700.0

    @abstractmethod
    def token(self) -> str:
        """A valid one."""

    def ask(self, function: RunningFunction) -> Answer:
        event = http_event("PUT /voip-tokens", None, {"Authorization": f"Bearer {self.token()}"})
        result, took_s = self.invoke(function, event)
        authorized = result.get("isAuthorized")
        said = "failed" if authorized is None else "accepted" if authorized else "refused"
        return Answer(said, authorized is True, authorized is True, took_s)


class JwtCell(AuthorizerCell):
    def token(self) -> str:
        # PyJWT reads the real time.
        return credentials.jwt(self.world.clock.now_ms() - round(self.world.clock.offset_s * 1000))

    def must_succeed(self) -> bool:
        """With the keys that it has."""
        return self.cell.moment is Moment.WARM or self.cell.kind is Kind.SLOW_1_S


class AuthTokenCell(AuthorizerCell):
    """Nothing is kept of valid tokens: API Gateway does that."""

    def token(self) -> str:
        return f"{credentials.UID}_{secrets.token_hex(20)}"

    def must_succeed(self) -> bool:
        return self.cell.kind is Kind.SLOW_1_S
