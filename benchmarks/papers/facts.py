"""Facts of a made-up document: who sells what to whom for how much. Ids and accounts have true check digits."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from importlib import import_module

from .words import LANGUAGES, Words

CENT = Decimal("0.01")

COUNTRIES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...], str]] = {
    # country: language, VAT rates (usual first), currency in the last place
    "BE": ("nl", ("21", "12", "6"), ("EUR",), "+32 3 {:03d} {:02d} {:02d}"),
    "NL": ("nl", ("21", "9"), ("EUR",), "+31 20 {:03d} {:02d}{:02d}"),
    "FR": ("fr", ("20", "10", "5.5"), ("EUR",), "+33 1 {:02.0f} {:02d} {:02d} 18"),
    "LU": ("fr", ("17", "8", "3"), ("EUR",), "+352 {:03d} {:02d}{:02d}"),
    "DE": ("de", ("19", "7"), ("EUR",), "+49 221 {:03d}{:02d}{:02d}"),
    "AT": ("de", ("20", "10"), ("EUR",), "+43 1 {:03d} {:02d} {:02d}"),
    "CH": ("de", ("8.1", "2.6"), ("CHF",), "+41 44 {:03d} {:02d} {:02d}"),
    "GB": ("en", ("20", "5"), ("GBP",), "020 7{:03d} {:02d}{:02d}"),
    "IE": ("en", ("23", "13.5"), ("EUR",), "+353 1 {:03d} {:02d}{:02d}"),
    "US": ("en", ("0",), ("USD",), "(415) {:03d}-{:02d}{:02d}"),
    "RO": ("ro", ("19", "9"), ("RON",), "021 {:03d} {:02d} {:02d}"),
    "IT": ("en", ("22", "10"), ("EUR",), "+39 02 {:03d}{:02d}{:02d}"),
    "ES": ("en", ("21", "10"), ("EUR",), "+34 91 {:03d} {:02d} {:02d}"),
    "PL": ("en", ("23", "8"), ("EUR", "PLN"), "+48 22 {:03d} {:02d} {:02d}"),
}
_NAMES = {
    "nl": ["De Smedt", "Van Looveren", "Kempenaers", "Noorderwind", "Duinzicht", "Hoogland", "Brabo", "Lindeboom", "Waterkracht", "Zilvermeer", "Kerkhofs", "Veenstra", "Molenaar", "Oostkust"],
    "fr": ["Delcourt", "Beaumanoir", "Lumière du Sud", "Girard", "Cap Nord", "Fontaine", "Val d'Or", "Rochefort", "Lecomte", "Aquilon", "Marchand", "Sauvage", "Hirondelle", "Belle Rive"],
    "de": ["Rheinblick", "Schäfer", "Nordlicht", "Hoffmann", "Alpenland", "Krüger", "Silberbach", "Winkelmann", "Isarwerk", "Steinbrück", "Brandt", "Edelweiss", "Weserbogen", "Holzinger"],
    "en": ["Harrington", "Blackwater", "Northgate", "Kingfisher", "O'Brien", "Silverline", "Greenfield", "Ashworth", "Brightside", "Cedar Creek", "Longmeadow", "Pemberton", "Redstone", "Wavecrest"],
    "ro": ["Cetatea", "Popescu", "Valea Verde", "Ionescu", "Soarele", "Transilvan", "Marin", "Dunărea", "Zimbrul", "Munteanu", "Stejarul", "Crișul", "Floarea", "Alba"],
}  # fmt: skip
_TRADES = {
    "nl": ["Bouwmaterialen", "Telecom", "Energie", "Garage", "Drukkerij", "Hosting", "Kantoor", "Groothandel", "Installaties", "Notariaat", "Transport", "IT-diensten", "Catering", "Schilderwerken"],
    "fr": ["Matériaux", "Télécom", "Énergies", "Automobiles", "Imprimerie", "Hébergement", "Conseil", "Distribution", "Plomberie", "Traiteur", "Transports", "Informatique", "Nettoyage", "Assurances"],
    "de": ["Baustoffe", "Telekommunikation", "Energie", "Autohaus", "Druckerei", "Hosting", "Bürobedarf", "Großhandel", "Haustechnik", "Steuerberatung", "Logistik", "Software", "Gebäudereinigung", "Versicherung"],
    "en": ["Building Supplies", "Telecom", "Energy", "Motors", "Print", "Cloud", "Office", "Wholesale", "Plumbing", "Consulting", "Logistics", "Software", "Cleaning", "Insurance"],
    "ro": ["Materiale de Construcții", "Telecom", "Energie", "Auto Service", "Tipografie", "Hosting", "Birotică", "Distribuție", "Instalații", "Consulting", "Transport", "Soft", "Curățenie", "Asigurări"],
}  # fmt: skip
_FORMS = {
    "BE": ["BV", "NV", "BVBA", "SRL", "SA", "CommV", "CVBA", "BV", ""], "NL": ["B.V.", "BV", "V.O.F.", "N.V.", "B.V.", ""],
    "FR": ["SARL", "SAS", "SA", "EURL", "SASU", "S.A.S.", ""], "LU": ["S.à r.l.", "SA", "S.A."],
    "DE": ["GmbH", "AG", "GmbH & Co. KG", "e.K.", "UG (haftungsbeschränkt)", "GbR", "KG", ""], "AT": ["GmbH", "e.U.", "KG", "OG"],
    "CH": ["AG", "GmbH", "SA", ""], "GB": ["Ltd", "Limited", "LLP", "PLC", "Ltd.", ""], "IE": ["Ltd", "DAC", "Limited"],
    "US": ["Inc.", "LLC", "Corp.", "Inc"], "RO": ["SRL", "S.R.L.", "SA", "PFA", "S.A."], "IT": ["S.r.l.", "S.p.A.", "SRL"],
    "ES": ["S.L.", "S.A.", "SL"], "PL": ["Sp. z o.o.", "S.A.", "sp. z o.o."],
}  # fmt: skip
_PLACES = {
    "BE": [("2000", "Antwerpen"), ("9000", "Gent"), ("3500", "Hasselt"), ("1000", "Brussel")], "NL": [("1012 AB", "Amsterdam"), ("3511 LX", "Utrecht"), ("5611 EM", "Eindhoven")],
    "FR": [("69003", "Lyon"), ("75011", "Paris"), ("33000", "Bordeaux"), ("59000", "Lille")], "LU": [("L-1246", "Luxembourg"), ("L-4011", "Esch-sur-Alzette")],
    "DE": [("50667", "Köln"), ("80331", "München"), ("20095", "Hamburg"), ("04109", "Leipzig")], "AT": [("1010", "Wien"), ("A-5020", "Salzburg")],
    "CH": [("8001", "Zürich"), ("CH-3011", "Bern"), ("4051", "Basel")], "GB": [("EC1A 1BB", "London"), ("M1 4BT", "Manchester"), ("BS1 5TR", "Bristol")],
    "IE": [("D02 X285", "Dublin 2"), ("T12 W8KP", "Cork")], "US": [("CA 94107", "San Francisco"), ("NY 10013", "New York"), ("TX 78701", "Austin")],
    "RO": [("010065", "București"), ("400001", "Cluj-Napoca"), ("300011", "Timișoara")], "IT": [("20121", "Milano"), ("00184", "Roma")],
    "ES": [("28013", "Madrid"), ("08002", "Barcelona")], "PL": [("00-950", "Warszawa"), ("31-042", "Kraków")],
}  # fmt: skip
_STREETS = {
    "nl": ["Kerkstraat {}", "Industrieweg {}", "Meir {}", "Stationsplein {}", "Havenlaan {} bus 2"], "fr": ["{} rue de la Paix", "{}, avenue Victor Hugo", "{} bd Voltaire", "{} place du Marché"],
    "de": ["Hauptstraße {}", "Am Markt {}", "Industriestr. {}", "Bahnhofstrasse {}"], "en": ["{} High Street", "{} Station Road", "Unit {}, Mill Lane", "{} Park Avenue", "Suite {}, 200 Market St"],
    "ro": ["Str. Libertății nr. {}", "Bd. Unirii {}", "Calea Victoriei {}", "Strada Mihai Viteazu nr. {}"],
}  # fmt: skip
_BBAN = {
    "BE": 12,
    "NL": 10,
    "FR": 23,
    "LU": 16,
    "DE": 18,
    "AT": 16,
    "CH": 17,
    "GB": 14,
    "IE": 14,
    "RO": 16,
    "IT": 22,
    "ES": 20,
    "PL": 24,
}
_BANK = {"NL": "ABNA", "GB": "BARC", "IE": "AIBK", "RO": "BTRL"}
_VAT_DIGITS = {"BE": 10, "FR": 11, "LU": 8, "DE": 9, "AT": 8, "CH": 9, "GB": 9, "RO": 8, "IT": 11, "PL": 10}


@dataclass(slots=True)
class Party:
    """A company."""

    name: str
    brand: str
    country: str
    language: str
    street: str
    postcode: str
    city: str
    vat_id: str
    iban: str
    bic: str
    phone: str
    domain: str
    register: str

    @property
    def place(self) -> str:
        """Return postcode and town as the country writes them."""
        if self.country in {"GB", "IE"}:
            return f"{self.city} {self.postcode}"
        return f"{self.city}, {self.postcode}" if self.country == "US" else f"{self.postcode} {self.city}"


@dataclass(slots=True)
class Line:
    """An item."""

    text: str
    quantity: Decimal
    price: Decimal
    rate: Decimal

    @property
    def net(self) -> Decimal:
        """Return quantity times price, in cents."""
        return (self.quantity * self.price).quantize(CENT, ROUND_HALF_UP)


@dataclass(slots=True)
class Facts:
    """What a document says, before anybody laid it out."""

    kind: str
    language: str
    words: Words
    seller: Party
    buyer: Party
    number: str
    issue: date
    currency: str
    lines: list[Line]
    due: date | None = None
    due_days: int = 30
    prepaid: Decimal = Decimal(0)
    reverse: bool = False
    skonto: bool = False
    order: str = ""
    customer: str = ""
    contract: str = ""
    reference: str = ""
    original: str = ""
    delivery: date | None = None
    tip: Decimal = Decimal(0)
    facts: dict[str, str] = field(default_factory=dict)
    """What is printed and scored beyond the rest, by name."""

    @property
    def by_rate(self) -> dict[Decimal, tuple[Decimal, Decimal]]:
        """Return net and VAT by rate."""
        sums: dict[Decimal, Decimal] = {}
        for line in self.lines:
            sums[line.rate] = sums.get(line.rate, Decimal(0)) + line.net
        return {r: (n, (n * r / 100).quantize(CENT, ROUND_HALF_UP)) for r, n in sorted(sums.items(), reverse=True)}

    @property
    def net(self) -> Decimal:
        return sum((n for n, _ in self.by_rate.values()), Decimal(0))

    @property
    def vat(self) -> Decimal:
        return sum((v for _, v in self.by_rate.values()), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.net + self.vat

    @property
    def payable(self) -> Decimal:
        return self.total - self.prepaid


def party(rng: random.Random, country: str, language: str = "") -> Party:
    """Make up a company of a country."""
    language = language or COUNTRIES[country][0]
    name, trade = rng.choice(_NAMES[language]), rng.choice(_TRADES[language])
    brand = rng.choice(
        [
            f"{name} {trade}",
            f"{trade} {name}",
            f"{name}",
            f"{name[:4]}{trade[:5].lower()}",
            f"{name} & {rng.choice(_NAMES[language])}",
        ]
    )
    form = rng.choice(_FORMS[country])
    legal = (
        f"SC {brand} {form}"
        if country == "RO" and form[:3] in {"SRL", "S.R"} and rng.random() < 0.4
        else f"{brand} {form}"
    )
    if country == "FR" and rng.random() < 0.2:
        legal = f"{form} {brand}"
    if (
        form and rng.random() < 0.3
    ):  # the name on the sign is not the company's: the legal one stands small, mostly at the foot
        brand = rng.choice(
            [
                name[:3] + trade[:3].lower() + rng.choice(["o", "ix", "a", "io"]),
                f"{rng.choice(['Casa', 'Nova', 'Alto', 'Mira', 'Vero'])}{rng.choice(['net', 'Pro', ' Plus', 'line'])}",
            ]
        )
    if not form:
        legal = rng.choice([brand, brand, f"Dr. {rng.choice(['Anna', 'Jan', 'Marie', 'Luca'])} {name}"])
    postcode, city = rng.choice(_PLACES[country])
    domain = (
        "".join(c for c in _ascii(brand).lower().replace("&", "en") if c.isalnum())
        + "."
        + {"GB": "co.uk", "US": "com"}.get(country, country.lower())
    )
    vat_id = vat_id_of(rng, country)
    return Party(
        legal.strip(), brand, country, language, rng.choice(_STREETS[language]).format(rng.randint(2, 199)), postcode, city, vat_id,
        iban_of(rng, country), f"{rng.choice(['ABNA', 'GEBA', 'COBA', 'BNPA', 'DEUT'])}{country}2X",
        COUNTRIES[country][3].format(rng.randint(100, 999) if country != "FR" else rng.randint(10, 99), rng.randint(10, 99), rng.randint(10, 99)),
        domain, f"{rng.randint(100, 999)} {rng.randint(100, 999)} {rng.randint(100, 999)}",
    )  # fmt: skip


def _ascii(text: str) -> str:
    import unicodedata

    return "".join(c for c in unicodedata.normalize("NFKD", text.replace("ß", "ss")) if not unicodedata.combining(c))


def vat_id_of(rng: random.Random, country: str) -> str:
    """Make up a VAT id whose check digits hold; empty for the United States."""
    if country == "US":
        return ""
    module = import_module(
        {
            "NL": "stdnum.nl.btw",
            "IE": "stdnum.ie.vat",
            "ES": "stdnum.es.nif",
            "FR": "stdnum.fr.tva",
            "RO": "stdnum.ro.cf",
            "DE": "stdnum.de.vat",
            "AT": "stdnum.at.uid",
            "CH": "stdnum.ch.vat",
            "GB": "stdnum.gb.vat",
            "BE": "stdnum.be.vat",
            "LU": "stdnum.lu.tva",
            "IT": "stdnum.it.iva",
            "PL": "stdnum.pl.nip",
        }[country]
    )
    while True:
        body = "".join(rng.choice("0123456789") for _ in range(_VAT_DIGITS.get(country, 9)))
        tried = {
            "NL": f"{body}B01",
            "IE": f"{body[:7]}{rng.choice('ABCDEFGHIJKLMNOPQRSTUVW')}H",
            "ES": f"B{body[:8]}",
            "AT": f"U{body}",
            "BE": f"0{body[1:]}",
            "CH": f"CHE{body}MWST",
        }.get(country, body)
        if country == "FR":
            tried = f"{(12 + 3 * (int(body[2:]) % 97)) % 97:02d}{body[2:]}"
        if body.lstrip("0")[:1] and body[0] != "0" and module.is_valid(tried):
            return tried if country == "CH" else f"{country}{tried}"


def iban_of(rng: random.Random, country: str) -> str:
    """Make up an IBAN whose check digits hold; empty for the United States."""
    if country == "US":
        return ""
    head = rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") if country == "IT" else _BANK.get(country, "")
    body = head + "".join(rng.choice("0123456789") for _ in range(_BBAN[country]))
    digits = "".join(str(int(c, 36)) for c in f"{body}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{body}"


def ogm(rng: random.Random) -> str:
    """Make up a Belgian structured communication."""
    body = rng.randint(1_000_000, 9_999_999_999)
    digits = f"{body:010d}{body % 97 or 97:02d}"
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def _number(rng: random.Random, issue: date, kind: str) -> str:
    n = rng.randint(1, 99999)
    lead = (
        rng.choice(["CN", "AV", "GS", "CR"])
        if kind == "credit_note"
        else rng.choice(["F", "INV", "RE", "VF", "FA", "R"])
    )
    return rng.choice([
        f"{issue.year}{n:05d}", f"{issue.year}-{n % 9999:04d}", f"{lead}{issue.year}/{n:05d}", f"{lead}-{n:06d}", f"{n:08d}",
        f"{lead} {issue.year}-{n % 999:03d}", f"{issue.year % 100}/{n % 9999:04d}", f"{rng.randint(10**8, 10**9)}", f"{lead}{issue:%y%m}{n % 999:03d}",
        f"{rng.randint(1000, 9999)}.{n:05d}", f"{lead}{n:05d}", f"{issue:%y%m%d}-{n % 99:02d}", f"{chr(65 + n % 26)}{chr(65 + n % 25)}-{rng.randint(1000, 9999)}-{n % 999:04d}",
    ])  # fmt: skip


def facts(
    rng: random.Random, kind: str = "invoice", *, country: str = "", currency: str = "", language: str = ""
) -> Facts:
    """Make up a document of a kind (`invoice` or `credit_note`), from a country or from any."""
    country = country or rng.choice(list(COUNTRIES))
    own, rates, currencies, _ = COUNTRIES[country]
    if not language:
        language = rng.choice([own, own, own, "en"]) if country != "BE" else rng.choice(["nl", "nl", "fr", "en"])
        language = rng.choice(["de", "fr"]) if country == "CH" and language == "de" else language
    seller = party(rng, country, own if country not in {"BE", "CH"} or language == "en" else language)
    abroad = rng.random() < 0.18 and country != "US"
    buyer = party(rng, rng.choice(["BE", "NL", "DE", "FR"]) if abroad else country)
    while buyer.brand == seller.brand:
        buyer = party(rng, buyer.country)
    reverse = abroad and buyer.country != country and country in COUNTRIES and currencies[0] == "EUR"
    issue = date(2022, 1, 1) + timedelta(days=rng.randint(0, 1700))
    words = LANGUAGES[language]
    several = not reverse and len(rates) > 1 and rng.random() < 0.25
    lines = []
    for text in rng.sample(words["items"], rng.choice([1, 1, 2, 3, 4, 6])):
        rate = Decimal(0) if reverse else Decimal(rng.choice(rates) if several else rates[0])
        price = Decimal(rng.randint(250, rng.choice([5000, 30000, 250000]))) / 100
        lines.append(Line(text, Decimal(rng.choice([1, 1, 1, 2, 3, 5, 10, 12])), price, rate))
    days = rng.choice([8, 10, 14, 15, 21, 30, 30, 30, 45, 60])
    made = Facts(
        kind, language, words, seller, buyer, _number(rng, issue, kind), issue, currency or rng.choice(currencies), lines,
        due=issue + timedelta(days=days), due_days=days, reverse=reverse,
    )  # fmt: skip
    _adorn(made, rng)
    return made


def _adorn(made: Facts, rng: random.Random) -> None:
    made.order = rng.choice(
        ["", f"PO-{rng.randint(1000, 99999)}", f"{rng.randint(4500000000, 4599999999)}", f"B{rng.randint(100, 9999)}"]
    )
    made.customer = rng.choice(
        ["", f"{rng.randint(1000, 999999)}", f"K{rng.randint(10000, 99999)}", f"D-{rng.randint(100, 9999)}"]
    )
    made.delivery = made.issue - timedelta(days=rng.randint(0, 20)) if rng.random() < 0.3 else None
    if made.kind == "credit_note":
        made.original = _number(rng, made.issue, "invoice")
        made.due = None
        return
    if rng.random() < 0.15:
        made.prepaid = (made.total * Decimal(rng.choice(["0.2", "0.3", "0.5"]))).quantize(CENT, ROUND_HALF_UP)
    made.skonto = rng.random() < 0.08
    made.reference = ogm(rng) if made.seller.country == "BE" and rng.random() < 0.7 else ""
