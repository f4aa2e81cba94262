"""Mail domains that many people share: they name nobody."""

from __future__ import annotations

_DOMAINS = (
    "gmail.com googlemail.com outlook.com outlook.be outlook.fr outlook.de hotmail.com hotmail.be hotmail.fr "
    "hotmail.nl hotmail.de live.com live.be live.nl live.fr msn.com yahoo.com yahoo.fr yahoo.de yahoo.ro yahoo.co.uk "
    "ymail.com icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.com gmx.at web.de t-online.de freenet.de mail.com "
    "proton.me protonmail.com pm.me tutanota.com posteo.de orange.fr wanadoo.fr free.fr sfr.fr laposte.net bbox.fr "
    "skynet.be telenet.be proximus.be scarlet.be voo.be ziggo.nl kpnmail.nl kpnplanet.nl planet.nl xs4all.nl "
    "home.nl hetnet.nl upcmail.nl casema.nl chello.nl bluewin.ch yandex.com mail.ru zoho.com fastmail.com "
    "rdslink.ro clicknet.ro"
)
FREEMAIL = frozenset(_DOMAINS.split())


def company_domain(address: str) -> str:
    """Return the domain of an e-mail address in lower case; empty when it is one that many people share."""
    _, at, domain = address.rpartition("@")
    domain = domain.strip().strip(".").lower()
    return domain if at and "." in domain and domain not in FREEMAIL else ""
