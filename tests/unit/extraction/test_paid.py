"""What was paid, by cash, card or in advance, beside the total."""

from __future__ import annotations

import pytest
from pages_extraction import METER, read, said, saying, values

from mailroom.domain.document import FieldName
from mailroom.extraction import THRESHOLDS


@pytest.mark.parametrize(
    ("language", "sums", "total", "payable"),
    [
        ("de", "Nettosumme   1.000,00\n19 % MwSt.   190,00\nGesamtsumme   1.190,00\nabzgl. geleisteter Abschläge   500,00\nRestbetrag   690,00", "1190.00", "690.00"),
        ("fr", "Total HTVA   1.000,00\nTVA 21 %   210,00\nTotal TVAC   1.210,00\nRetenue de garantie 5 %   60,50\nNet à payer   1.149,50", "1210.00", "1149.50"),
        ("nl", "Vorig saldo   150,00\nTotaal excl. btw   1.000,00\nBtw 21%   210,00\nTotaal factuur   1.210,00\nTe betalen (incl. vorig saldo)   1.360,00", "1210.00", "1360.00"),
        ("ro", "Total fara TVA   1.000,00\nTVA 21%   210,00\nTotal cu TVA   1.210,00\nAvans dedus   210,00\nRest de plata   1.000,00", "1210.00", "1000.00"),
    ],
)  # fmt: skip
def test_what_is_left_to_pay_differs_from_the_total(language: str, sums: str, total: str, payable: str) -> None:
    found = said(language, sums=sums.replace("   ", "          "))
    assert (found["total_amount"], found["payable_amount"]) == (total, payable)


@pytest.mark.parametrize(
    ("language", "sums"),
    [
        ("fr", "Couronne 690,00\nRadio 79,50\nTotal honoraires 769,50\nPayé ce jour bancontact 300,00\nSolde 469,50\nExempté de TVA, art. 44 CTVA."),
        ("nl", "Kroon 690,00\nRadio 79,50\nSubtotaal 769,50\nVoorschot 300,00\nTe betalen 469,50\nVrijgesteld van btw, art. 44."),
    ],
)  # fmt: skip
def test_the_sum_that_a_payment_and_the_balance_make_up_is_the_total(language: str, sums: str) -> None:
    assert said(language, sums=sums)["total_amount"] == "769.50"


SLIP = """
        {shop}
        {street}
        Tel 0123 456 78
        ART A                6,00
        ART B                7,00
        ART C               11,00
        ART D               12,00
        {total}             253,30
        {cash}              300,00
        {change}             46,70
        {rates}
        A= 7,0%   189,38   13,26   202,64
        07.02.2026  11:04
        Bon 4471
"""


@pytest.mark.parametrize(
    "said",
    [
        ("Frischemarkt Oellers KG", "Aachener Str. 210", "SUMME EUR", "Geg. BAR", "Rückgeld BAR", "Steuer %  Netto"),
        ("SUPERMARCHE DE LA GARE", "Av. Foch 2", "TOTAL EUR", "ESPECES", "RENDU ESPECES", "TVA %     HT   TTC"),
        ("BUURTMARKT DE LINDE", "Pl. Sint-Jan 4", "TOTAAL EUR", "CONTANT", "WISSELGELD CONTANT", "Btw %  Excl  Incl"),
        ("BUURTMARKT DE LINDE", "Pl. Sint-Jan 4", "TOTAAL EUR", "KONTANT", "TERUG", "Btw %  Excl  Incl"),
    ],
)
def test_cash_less_change_is_the_total_where_one_rate_of_two_was_read(said: tuple[str, ...]) -> None:
    shop, street, total, cash, change, rates = said
    page = SLIP.format(shop=shop, street=street, total=total, cash=cash, change=change, rates=rates)
    found = values(read(page, ocr=True))
    assert found["total_amount"] == "253.30"
    assert found["seller_name"] == shop
    assert found["issue_date"] == "2026-02-07"


@pytest.mark.parametrize(
    "paid", ["BETAALD  4.20 EUR", "BANCONTACT   4.20", "CARTE BANCAIRE  4.20", "Kartenzahlung   4.20"]
)
def test_what_was_paid_is_the_total_where_nothing_is_called_so(paid: str) -> None:
    found = values(
        read(METER.format(rows=f"Zone ORANJE B\n        Automaat\n        EINDE 11:12\n        {paid}"), ocr=True)
    )
    assert found["total_amount"] == "4.20"
    assert found["document_type"] == "receipt"


SUMS = """
        HOMEFIX DIY CENTRE
        25-02-18 15:40
        NIPPON PAINT 5L       68.00
        ROLLER                 8.90
        BRUSH                  {brush}
        TOTAL                 {total}
        {paid}
"""


def test_what_a_card_paid_and_what_the_lines_come_to_prove_the_total() -> None:
    sure = {}
    for name, brush, paid in (
        ("none", "4.90", "Thank you"), ("lines", "4.50", "Thank you"), ("card", "4.90", "VISA  81.40"),
    ):  # fmt: skip
        found = read(SUMS.format(brush=brush, total="81.40", paid=paid), ocr=True).fields[FieldName.TOTAL_AMOUNT]
        assert found.value == "81.40"
        sure[name] = (found.confidence, found.evidence[0].proof)
    assert sure["lines"][1] == "sum_of_lines"
    assert sure["card"][1] == "card_amount"
    assert sure["none"][0] < min(sure["lines"][0], sure["card"][0])


@pytest.mark.parametrize(
    ("paid", "doubted"),
    [
        ("VISA  87.40", True),
        ("VISA  81.40", False),
        ("VISA  81.45", False),  # rounded
        ("CASH  100.00", False),  # change is not always printed
        ("VISA  50.00\n        CASH  31.40", False),
        ("TIP   6.00\n        VISA  87.40", False),
    ],
)
def test_a_total_that_the_card_did_not_pay_is_doubted(paid: str, doubted: bool) -> None:
    page = SUMS.format(brush="4.90", total="81.40", paid=paid)
    found = read(page, ocr=True).fields[FieldName.TOTAL_AMOUNT]
    assert (found.confidence < THRESHOLDS[FieldName.TOTAL_AMOUNT]) is doubted


RESTAURANT = """
        RESTAURANT LE PONT
        2 quai de la Loire
        44000 Nantes

    Table 7      14/02/2026 20:55
    2 Menu               58,00
    1 Vin                22,00
    Sous-total           80,00
    Pourboire             5,00
    TOTAL TTC            80,00
    CB                   85,00
"""


def test_a_tip_is_not_part_of_the_total() -> None:
    found = values(read(RESTAURANT))
    assert found["total_amount"] == "80.00"
    assert found["issue_date"] == "2026-02-14"


def test_the_total_is_what_is_left_after_rounding() -> None:
    slip = "TOTAL (incl. tax)      12.37\nROUNDING      -0.02\nTOTAL      12.35\nCASH      12.35\n"
    assert values(read(slip))["total_amount"] == "12.35"


ADVANCES = """
    Totaal excl. btw                   3.078,70 EUR
    Btw 21%                              646,53 EUR
    Totaal van deze afrekening         3.725,23 EUR
    Reeds gefactureerde voorschotten  -3.600,00 EUR
    {}    125,23 EUR
    Uw nieuw voorschot bedraagt          310,00 EUR
"""


EARLIER = """
    Total fără TVA                       673,14 lei
    TVA 21%                              141,36 lei
    Total factură curentă                814,50 lei
    Sold neachitat la data emiterii      118,20 lei
    {}                                   932,70 lei
"""


@pytest.mark.parametrize(
    ("sums", "total", "payable"),
    [
        (ADVANCES.format("Te betalen voor 27 februari 2026"), "3725.23", "125.23"),
        (ADVANCES.format("Restbedrag van deze afrekening  "), "3725.23", "125.23"),
        (EARLIER.format("Total de plată cu sold"), "814.50", "932.70"),
    ],
)
def test_what_is_left_to_pay_is_proved_by_arithmetic_whatever_it_is_called(sums: str, total: str, payable: str) -> None:
    found = saying("FACTUUR 2026-118\nDatum 12/02/2026", sums=sums)
    assert (found["total_amount"], found["payable_amount"]) == (total, payable)


@pytest.mark.parametrize(
    "kept",
    ["IRPF (-15%)          -150,00", "Retención IRPF 15%          150,00", "Ritenuta d'acconto 15%          -150,00"],
)
def test_the_total_is_net_and_vat_where_only_what_a_withheld_tax_leaves_is_printed(kept: str) -> None:
    sums = f"Base imponible          1.000,00\nIVA 21%          210,00\n{kept}\nTOTAL          1.060,00"
    found = said("en", sums=sums)
    names = ("net_amount", "vat_amount", "total_amount", "payable_amount")
    assert tuple(found[name] for name in names) == ("1000.00", "210.00", "1210.00", "1060.00")


def test_a_payment_in_advance_of_the_printed_total_is_no_withheld_tax() -> None:
    sums = "Subtotal          1.000,00\nVAT 20%          200,00\nTotal          1.200,00\nPaid          150,00"
    found = said("en", sums=f"{sums}\nBalance due          1.050,00")
    assert (found["total_amount"], found["payable_amount"]) == ("1200.00", "1050.00")


def test_an_intermediate_bill_asks_for_what_was_not_billed_before() -> None:
    found = said(
        "nl",
        sums="Totaal uitgevoerde werken   38.450,00\nAf: reeds gefactureerd      -21.200,00\nDeze vordering excl. btw    17.250,00\nBTW 0% - Btw verlegd             0,00\nTotaal factuur              17.250,00\nInhouding waarborg 5 %        -862,50\nTE BETALEN EUR              16.387,50",
    )
    assert (found["net_amount"], found["total_amount"], found["payable_amount"]) == ("17250.00", "17250.00", "16387.50")


def test_a_total_seen_only_in_the_row_of_one_rate_is_doubtful() -> None:
    slip = "    PASTELARIA RIBADOURO\n    Talao 10482\n    10.11.2026 09:33\n    Pastel      2,80\n    Sumo        2,90\n{total}    Taxa      Incidencia      IVA       Total\n    13%          10,53       1,37      11,90\n"
    alone, again = (read(slip.format(total=t), ocr=True).fields for t in ("", "    TOTAL      11,90\n"))
    assert alone[FieldName.TOTAL_AMOUNT].value == again[FieldName.TOTAL_AMOUNT].value == "11.90"
    assert alone[FieldName.TOTAL_AMOUNT].confidence < 0.85 < again[FieldName.TOTAL_AMOUNT].confidence


def test_a_tax_that_is_withheld_is_no_vat_of_the_fee_in_its_row() -> None:
    rows = "Onorari   2.400,00\nC.P.A. 4%   96,00\nImponibile IVA   2.496,00\nIVA 22%   549,12\nRitenuta d'acconto 20% su 2.400,00   -480,00\nNetto a pagare   2.565,12"
    found = said("en", sums=rows.replace("   ", "          "))
    amounts = (found["net_amount"], found["vat_amount"], found["total_amount"], found["payable_amount"])
    assert amounts == ("2496.00", "549.12", "3045.12", "2565.12")


@pytest.mark.parametrize(("taken_off", "is_sure"), [("", True), ("    Acompte      100,00\n", False)])
def test_what_is_left_to_pay_is_a_doubtful_total(taken_off: str, *, is_sure: bool) -> None:
    sums = f"    Travaux      500,00\n{taken_off}    Net à payer      400,00 EUR\n"
    drawn = (
        f"    !Atelier Duval SARL\n    Paris\n\n    !Facture\n    Facture n° 2026-118\n    Date : 12/03/2026\n\n{sums}"
    )
    total = read(drawn).fields[FieldName.TOTAL_AMOUNT]
    assert (total.value, total.confidence >= 0.85) == ("400.00", is_sure)
