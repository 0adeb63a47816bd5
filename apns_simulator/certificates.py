"""The simulator's certificate authority and its server certificate for this machine."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from apns_simulator.files import write_atomically

CA_FILE = "ca.pem"
SERVER_FILE = "server.pem"
_VALID_DAYS = 365
_RENEW_BEFORE = datetime.timedelta(days=1)


def ensure_certificates(directory: Path) -> tuple[Path, Path]:
    """Return (CA file, server file with key and certificate), both PEM, created in `directory` if needed."""
    ca_file, server_file = directory / CA_FILE, directory / SERVER_FILE
    if not _are_valid(ca_file, server_file):
        directory.mkdir(parents=True, exist_ok=True)
        _create(ca_file, server_file)
    return ca_file, server_file


def _are_valid(ca_file: Path, server_file: Path) -> bool:
    try:
        ca = x509.load_pem_x509_certificate(ca_file.read_bytes())
        server = x509.load_pem_x509_certificate(server_file.read_bytes())
        server.verify_directly_issued_by(ca)
    except (OSError, ValueError, TypeError, InvalidSignature):
        return False
    return server.not_valid_after_utc - _RENEW_BEFORE > datetime.datetime.now(datetime.UTC)


def _create(ca_file: Path, server_file: Path) -> None:
    # The CA's private key is never written, so nobody can issue another certificate that clients of this CA trust.
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = _name("APNs simulator CA")
    authority = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    ca = (
        _builder(ca_name, ca_name, ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(sign_certificates=True), critical=True)
        .add_extension(authority, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    # The last name is how containers reach this machine.
    names = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.DNSName("host.docker.internal"),
    ]
    server = (
        _builder(_name("APNs simulator"), ca_name, server_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(server_key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    key_pem = server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_atomically(server_file, key_pem + server.public_bytes(Encoding.PEM))
    write_atomically(ca_file, ca.public_bytes(Encoding.PEM))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_VALID_DAYS))
    )


def _key_usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
