"""The Docker that `sam local` runs functions in, and the way from its containers to this machine."""

import fcntl
import os
import platform
import socket
import struct
from dataclasses import dataclass

import docker
from docker.context import ContextAPI
from docker.errors import DockerException, ImageNotFound

from local.errors import DockerUnavailable

# How a container calls the machine that it runs on: by Docker Desktop always, elsewhere by --add-host.
HOST = "host.docker.internal"
_SIOCGIFADDR = 0x8915


@dataclass(frozen=True, slots=True)
class DockerEngine:
    has_base_image: bool
    """Of Lambda's Python, so that nothing has to be pulled."""
    bridge_address: str | None
    """This machine's address in the containers' network. None: Docker Desktop, which leads HOST to 127.0.0.1 itself."""


def follow_context() -> None:
    """Points `DOCKER_HOST` at the Docker of `docker context`, such as Colima's, for us and for sam."""
    if os.environ.get("DOCKER_HOST"):
        return
    context = ContextAPI.get_current_context()
    if context is not None and context.name != "default":
        os.environ["DOCKER_HOST"] = context.Host


def find(architecture: str) -> DockerEngine:
    """Raises `DockerUnavailable`."""
    try:
        follow_context()
        client = docker.from_env(timeout=10)
        is_desktop = platform.system() != "Linux" or client.info()["OperatingSystem"] == "Docker Desktop"
        bridge = None if is_desktop else client.networks.get("bridge").attrs
    except (DockerException, OSError) as error:
        raise DockerUnavailable(f"sam local needs Docker, and it can't be reached: {error}") from error
    try:
        client.images.get(f"public.ecr.aws/lambda/python:3.13-{architecture}")
    except ImageNotFound:
        has_base_image = False
    else:
        has_base_image = True
    name = bridge and bridge["Options"].get("com.docker.network.bridge.name", "docker0")
    return DockerEngine(has_base_image, _address_of(name) if name else None)


def _address_of(interface: str) -> str:
    """Docker itself does not always say which address its bridge has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            answer = fcntl.ioctl(any_socket, _SIOCGIFADDR, struct.pack("256s", interface.encode()))
        except OSError as error:
            raise DockerUnavailable(
                f"this machine has no address in Docker's network ({interface}: {error}); rootless Docker can't be used"
            ) from error
    return socket.inet_ntoa(answer[20:24])
