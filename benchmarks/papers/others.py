"""Documents that are no invoices, in five languages: reminder, statement, order, quote, delivery note, contract, other."""

from __future__ import annotations

from html import escape

from .families import _page
from .pieces import Paper, listed, stacked

Said = dict[str, tuple[list[str], str]]
"""Titles and a sentence by kind."""

KINDS: dict[str, Said] = {
    "en": {
        "reminder": (["Payment reminder", "Second reminder", "Final demand", "Overdue account"], "Our records show that the invoice below is still unpaid."),
        "statement": (["Statement of account", "Account statement", "Customer statement"], "Below you find all open items on your account."),
        "order": (["Purchase order", "Order confirmation", "Order acknowledgement"], "Thank you for your order, which we confirm as follows."),
        "quote": (["Quotation", "Quote", "Estimate", "Price offer"], "We are pleased to offer you the following, valid for 30 days."),
        "delivery_note": (["Delivery note", "Packing slip", "Despatch note"], "Goods received in good order. Signature:"),
        "contract": (["Service agreement", "Contract", "Rental agreement", "Maintenance contract"], "This agreement is made between the parties named below."),
        "other": (["Change of our opening hours", "General terms and conditions", "News from our shop"], "Dear customer, please note the following."),
    },
    "nl": {
        "reminder": (["Betalingsherinnering", "Aanmaning", "Herinnering", "Tweede herinnering"], "Volgens onze administratie staat onderstaande factuur nog open."),
        "statement": (["Rekeningoverzicht", "Rekeninguittreksel", "Openstaande posten"], "Hieronder vindt u alle openstaande posten van uw rekening."),
        "order": (["Bestelbon", "Orderbevestiging", "Bevestiging van uw bestelling"], "Dank voor uw bestelling, die wij als volgt bevestigen."),
        "quote": (["Offerte", "Prijsofferte", "Prijsopgave"], "Wij doen u graag het volgende voorstel, 30 dagen geldig."),
        "delivery_note": (["Leveringsbon", "Pakbon", "Afleverbon", "Leverbon"], "Goederen in goede staat ontvangen. Handtekening:"),
        "contract": (["Overeenkomst", "Huurovereenkomst", "Onderhoudscontract", "Contract"], "Tussen de ondergetekenden wordt overeengekomen wat volgt."),
        "other": (["Gewijzigde openingsuren", "Algemene voorwaarden", "Nieuws uit onze winkel"], "Beste klant, gelieve kennis te nemen van het volgende."),
    },
    "fr": {
        "reminder": (["Rappel de paiement", "Lettre de relance", "Mise en demeure", "Deuxième rappel"], "Sauf erreur de notre part, la facture ci-dessous reste impayée."),
        "statement": (["Relevé de compte", "Extrait de compte", "Relevé client"], "Veuillez trouver ci-dessous les factures ouvertes de votre compte."),
        "order": (["Bon de commande", "Confirmation de commande", "Accusé de réception de commande"], "Nous vous remercions de votre commande, confirmée comme suit."),
        "quote": (["Devis", "Offre de prix", "Proposition commerciale"], "Nous avons le plaisir de vous proposer ce qui suit, valable 30 jours."),
        "delivery_note": (["Bon de livraison", "Bordereau d'expédition", "Bordereau de livraison"], "Marchandises reçues en bon état. Signature :"),
        "contract": (["Contrat de maintenance", "Contrat", "Contrat de location", "Convention"], "Entre les soussignés, il est convenu ce qui suit."),
        "other": (["Nouveaux horaires d'ouverture", "Conditions générales de vente", "Lettre d'information"], "Cher client, veuillez prendre note de ce qui suit."),
    },
    "de": {
        "reminder": (["Zahlungserinnerung", "Mahnung", "1. Mahnung", "Letzte Mahnung"], "Leider konnten wir zu folgender Rechnung noch keinen Zahlungseingang feststellen."),
        "statement": (["Kontoauszug", "Offene-Posten-Liste", "Kontoübersicht"], "Nachstehend finden Sie alle offenen Posten Ihres Kontos."),
        "order": (["Bestellung", "Auftragsbestätigung", "Bestellbestätigung"], "Wir danken für Ihren Auftrag, den wir wie folgt bestätigen."),
        "quote": (["Angebot", "Kostenvoranschlag", "Preisangebot"], "Gerne unterbreiten wir Ihnen folgendes Angebot, gültig 30 Tage."),
        "delivery_note": (["Lieferschein", "Packzettel", "Warenbegleitschein"], "Ware in einwandfreiem Zustand erhalten. Unterschrift:"),
        "contract": (["Mietvertrag", "Wartungsvertrag", "Dienstleistungsvertrag", "Vertrag"], "Zwischen den Unterzeichnenden wird Folgendes vereinbart."),
        "other": (["Neue Öffnungszeiten", "Allgemeine Geschäftsbedingungen", "Kundeninformation"], "Sehr geehrte Damen und Herren, bitte beachten Sie Folgendes."),
    },
    "ro": {
        "reminder": (["Înștiințare de plată", "Somație de plată", "Notificare de plată"], "Din evidențele noastre, factura de mai jos nu a fost achitată."),
        "statement": (["Extras de cont", "Fișă client", "Situație sold"], "Mai jos găsiți toate facturile neachitate din contul dvs."),
        "order": (["Comandă", "Confirmare comandă", "Notă de comandă"], "Vă mulțumim pentru comanda pe care o confirmăm astfel."),
        "quote": (["Ofertă de preț", "Ofertă", "Deviz estimativ"], "Vă propunem următoarea ofertă, valabilă 30 de zile."),
        "delivery_note": (["Aviz de însoțire a mărfii", "Notă de livrare", "Aviz de expediție"], "Marfa a fost recepționată în bună stare. Semnătura:"),
        "contract": (["Contract de prestări servicii", "Contract de închiriere", "Contract"], "Între părțile semnatare s-au convenit următoarele."),
        "other": (["Program nou de lucru", "Termeni și condiții", "Noutăți"], "Stimate client, vă rugăm să rețineți următoarele."),
    },
}  # fmt: skip


def other(paper: Paper, kind: str) -> str:
    """Lay out a document of a kind that is not paid: with what such a paper shows beside its title."""
    f, style = paper.facts, paper.style
    titles, sentence = KINDS[f.language][kind]
    title = escape(paper.rng.choice(titles))
    head = f"<div class='cols'><div><div class='big'>{escape(f.seller.name)}</div>{stacked(paper.seller_lines(name=False))}</div><div>{stacked(paper.buyer_lines())}</div></div>"
    date_row = (paper.rng.choice([w for w in f.words["date"] if len(w) < 7] or ["Datum"]), style.day(f.issue))
    number = (paper.rng.choice(["Nr.", "No.", "N°", paper.word("customer")]), escape(f.number))
    invoices = f"<table class='items'><tr><th>{paper.word('number')}</th><th>{paper.word('date')}</th><th>{paper.word('due')}</th><th>{paper.word('amount')}</th></tr>" + "".join(
        f"<tr><td>{escape(f.number)}-{i}</td><td>{style.day(f.issue)}</td><td>{style.day(f.due or f.issue)}</td><td class='r'>{style.plain(line.net)}</td></tr>" for i, line in enumerate(f.lines)
    ) + "</table>"  # fmt: skip
    body = {
        "reminder": invoices
        + listed([(paper.word("payable"), style.money(f.net))], "sums")
        + stacked(paper.bank_lines()),
        "statement": invoices
        + listed([(paper.rng.choice(["Saldo", "Balance", "Solde", "Sold"]), style.money(f.net))], "sums"),
        "order": paper.items() + listed(paper.sums()[:3], "sums"),
        "quote": paper.items() + listed(paper.sums()[:3], "sums"),
        "delivery_note": stacked([f"{line.quantity} × {escape(line.text)}" for line in f.lines]),
        "contract": f"<p>{escape(f.seller.name)} / {escape(f.buyer.name)}</p><p>Art. 1. {escape(f.lines[0].text)}: {style.loud(f.net)}</p><p>Art. 2. {paper.word('thanks')}</p>",
        "other": f"<p>{paper.word('thanks')} {paper.word('thanks')}</p>",
    }[kind]
    rows = [date_row] if kind in {"contract", "other"} else [number, date_row]
    return _page(paper, f"{head}<h1>{title}</h1>{listed(rows, 'meta', ':')}<p>{escape(sentence)}</p>{body}")
