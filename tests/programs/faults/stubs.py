"""Services as far as they are only asked: secrets, a queue on the shifted clock, an issuer's keys, CometChat."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from local.services.http_server import Request, Response

_MEMBERS = re.compile(r"/v3/groups/([^/]+)/members")
_AUTH_TOKEN = re.compile(r"/v3/users/([^/]+)/auth_tokens/([^/]+)")


@dataclass(slots=True)
class Stubs:
    """`sent` are the bodies on the calls queue, `visible_after_s` the latest visibility timeout of each receipt.

    `groups` are members by guid.
    """

    secrets: dict[str, str] = field(default_factory=dict)
    jwks: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    dead_letters: list[str] = field(default_factory=list)
    visible_after_s: dict[str, int] = field(default_factory=dict)

    def response(self, request: Request) -> Response:
        target = request.headers.get("x-amz-target", "").rpartition(".")[2]
        body = json.loads(request.body) if request.body else {}
        match target:
            case "GetSecretValue" if body.get("VersionStage") == "AWSCURRENT" and body["SecretId"] in self.secrets:
                name = body["SecretId"]
                versioned = {"ARN": name, "Name": name, "VersionId": "v1", "VersionStages": ["AWSCURRENT"]}
                return Response(200, {**versioned, "SecretString": self.secrets[name]})
            case "GetSecretValue":
                return Response(400, {"__type": "ResourceNotFoundException", "message": "there is none"})
            case "SendMessage":
                self._queue(body["QueueUrl"]).append(body["MessageBody"])
                return Response(200, {"MessageId": "1"})
            case "SendMessageBatch":
                self._queue(body["QueueUrl"]).extend(entry["MessageBody"] for entry in body["Entries"])
                return Response(200, {"Successful": [{"Id": entry["Id"]} for entry in body["Entries"]], "Failed": []})
            case "ChangeMessageVisibility":
                self.visible_after_s[body["ReceiptHandle"]] = body["VisibilityTimeout"]
                return Response(200, {})
            case "ChangeMessageVisibilityBatch":
                entries = body["Entries"]
                self.visible_after_s |= {entry["ReceiptHandle"]: entry["VisibilityTimeout"] for entry in entries}
                return Response(200, {"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []})
        if group := _MEMBERS.match(request.path):
            members = self.groups[group[1]]
            pagination = {"total": len(members), "count": len(members), "total_pages": 1, "current_page": 1}
            return Response(200, {"data": [{"uid": uid} for uid in members], "meta": {"pagination": pagination}})
        if known := _AUTH_TOKEN.match(request.path):
            return Response(200, {"data": {"uid": known[1], "authToken": known[2]}})
        return Response(200, self.jwks)

    def _queue(self, url: str) -> list[str]:
        return self.dead_letters if url.endswith("dead-letters") else self.sent
