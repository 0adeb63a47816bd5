"""A stack's description with values that are easy to recognise."""

from ops.stack.description import (
    Apns,
    CometChatApi,
    JwtSigner,
    LogGroups,
    Queues,
    StackDescription,
    Tables,
    WebhookCredentials,
)

DESCRIPTION = StackDescription(
    webhook_url="http://127.0.0.1:4566/api/webhooks/call",
    tokens_url="http://127.0.0.1:4566/api/voip-tokens",
    calls_url="http://127.0.0.1:4566/api/calls",
    webhook=WebhookCredentials("secret", "username", "password"),
    jwt=JwtSigner("key.pem", "ES256", "kid", "issuer", "audience", "sub"),
    apns=Apns("https://a", "https://b", "ca.pem", "key.p8", "KEY", "TEAM", "com.example.app.voip", "http://c"),
    cometchat_api=CometChatApi("http://d/v3", "key"),
    aws_endpoint_url="http://127.0.0.1:4566",
    aws_region="us-east-1",
    stack_name="stack",
    tables=Tables("devices", "calls"),
    queues=Queues("http://calls", "http://dead-letters"),
    log_groups=LogGroups("w", "p", "t", "c", "a"),
    page_url="http://127.0.0.1:4580",
    pid=1,
)
