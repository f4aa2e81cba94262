"""The listening sockets of all doors: one reading of HOST:PORT, one sentence when the address cannot be had."""

from __future__ import annotations

import errno
import socket

from mailroom.errors import BadConfiguration

_REMEDIES = {
    errno.EADDRINUSE: "another program has it: ss -ltnp shows which",
    errno.EACCES: "ports below 1024 are opened by systemd's socket units, or by root",
    errno.EADDRNOTAVAIL: "it is no address of this machine",
    socket.EAI_NONAME: "no such host is known",  # create_server hands the number on as an errno
}


def bind(listen: str, *, reuse_port: bool = False, section: str = "smtp") -> socket.socket:
    """Bind HOST:PORT, or [IPv6]:PORT, and return the socket. [::] is every address, also of IPv4.

    Raises:
        BadConfiguration: the text is no such thing, or the address cannot be had; `section` is where it was set.
    """
    host, colon, port = listen.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        raise BadConfiguration(f"{section}.listen: {listen}: expected HOST:PORT")
    host = host.removeprefix("[").removesuffix("]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        both = host == "::" and socket.has_dualstack_ipv6()
        return socket.create_server((host, int(port)), family=family, reuse_port=reuse_port, dualstack_ipv6=both)
    except OSError as error:
        why = _REMEDIES.get(error.errno or 0) or error.strerror
        raise BadConfiguration(f"{section}.listen: {listen}: cannot listen there ({why})") from error
