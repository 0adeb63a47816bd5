"""What the environment may say about the local stack."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ops.errors import InvalidSetting

_APNS = ("APNS_URL", "APNS_CA_FILE", "APNS_KEY_FILE", "APNS_KEY_ID", "APNS_TEAM_ID", "BUNDLE_ID")
_BUNDLE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,149}")


@dataclass(frozen=True, slots=True)
class ApnsServer:
    """An APNs-compatible server of the user's, for both environments."""

    url: str
    ca_file: Path
    key_file: Path
    key_id: str
    team_id: str
    bundle_id: str


@dataclass(frozen=True, slots=True)
class Settings:
    port: int | None
    """Of the emulator. None: any."""
    apns: ApnsServer | None
    """None: our simulator."""
    page_port: int | None = None
    """Of the page. None: any."""

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Raises `InvalidSetting`."""
        return cls(port=_port("PORT", variables), apns=_apns(variables), page_port=_port("PAGE_PORT", variables))


def _port(name: str, variables: Mapping[str, str]) -> int | None:
    text = variables.get(name, "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65_535:
        raise InvalidSetting(f"{name} must be a port number from 1 to 65535, not {text!r}")
    return int(text)


def _apns(variables: Mapping[str, str]) -> ApnsServer | None:
    values = {name: variables.get(name, "") for name in _APNS}
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(_APNS):
        return None
    if missing:
        raise InvalidSetting(
            f"an APNs server of your own needs {', '.join(_APNS)}; missing: {', '.join(missing)}. "
            "Set all of them, or none to use the simulator."
        )
    url = values["APNS_URL"].rstrip("/")
    problems = [
        *([] if re.fullmatch(r"https://[^/?#\s]+", url) else [f"APNS_URL must be https://host[:port], not {url!r}"]),
        *([] if _BUNDLE_ID.fullmatch(values["BUNDLE_ID"]) else ["BUNDLE_ID must be a bundle id like com.example.app"]),
        *([] if Path(values["APNS_CA_FILE"]).is_file() else ["APNS_CA_FILE must be a file with a CA in PEM form"]),
        *([] if _is_p256_key(Path(values["APNS_KEY_FILE"])) else ["APNS_KEY_FILE must be a .p8 file as from Apple"]),
    ]
    if problems:
        raise InvalidSetting("; ".join(problems))
    return ApnsServer(
        url=url,
        ca_file=Path(values["APNS_CA_FILE"]).resolve(),
        key_file=Path(values["APNS_KEY_FILE"]).resolve(),
        key_id=values["APNS_KEY_ID"],
        team_id=values["APNS_TEAM_ID"],
        bundle_id=values["BUNDLE_ID"],
    )


def _is_p256_key(path: Path) -> bool:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        return False
    return isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
