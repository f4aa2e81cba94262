"""Sums of papers with a trade's own words: a car taken in payment, outlays without VAT, whole euros, crowns."""

from __future__ import annotations

import pytest
from pages_extraction import said


@pytest.mark.parametrize(
    ("language", "price", "car", "advance", "rest"),
    [
        ("nl", "Verkoopprijs voertuig", "Overname Opel Corsa", "Betaald voorschot", "Saldo te voldoen bij levering"),
        ("fr", "Prix du véhicule", "Reprise de votre véhicule", "Acompte versé", "Solde à la livraison"),
        ("de", "Kaufpreis", "Inzahlungnahme Opel Corsa", "Anzahlung", "Restbetrag bei Übergabe"),
        ("en", "Vehicle price", "Part exchange Opel Corsa", "Deposit paid", "Balance due on delivery"),
        ("ro", "Pret vehicul", "Preluare vehicul Opel", "Avans achitat", "Rest de plata la livrare"),
    ],
)
def test_a_car_taken_in_payment_lowers_what_is_left_to_pay_not_the_price(
    language: str, price: str, car: str, advance: str, rest: str
) -> None:
    rows = ((price, "12.950,00"), (car, "- 2.500,00"), (advance, "- 1.000,00"), (rest, "9.450,00"))
    found = said(language, sums="\n".join(f"{words:<40}{amount:>12} EUR" for words, amount in rows))
    assert (found["total_amount"], found["payable_amount"]) == ("12950.00", "9450.00")


def test_a_discount_is_no_payment() -> None:
    sums = "Subtotaal     200,00\nKorting     - 20,00\nPromo zomer     - 10,00\nTe betalen     170,00 EUR"
    assert said("nl", sums=sums)["total_amount"] == "170.00"


def test_outlays_called_free_of_vat_are_part_of_the_net_amount() -> None:
    found = said(
        "fr",
        sums="Sous-total soumis à la TVA                           1.592,50 €\n"
        "TVA 21 %                                               334,43 €\n"
        "Débours (recherches, urbanisme) — hors TVA             265,40 €\n"
        "Droits d'enregistrement — hors TVA                   2.350,00 €\n"
        "Total de l'état                                      4.542,33 €",
    )
    assert (found["net_amount"], found["vat_amount"], found["total_amount"]) == ("4207.90", "334.43", "4542.33")


@pytest.mark.parametrize(
    ("line", "total"),
    [
        ("totaal: 1910 euro", "1910.00"),
        ("Total : 350 euros", "350.00"),
        ("Gesamt: 1.910 Euro", "1910.00"),
        ("Total: 480 CHF", "480.00"),
        ("Total: EUR 480", "480.00"),
    ],
)
def test_a_total_of_whole_euros_is_an_amount(line: str, total: str) -> None:
    assert said("nl", sums=f"12 illustraties .......... 1440 euro\n{line}")["total_amount"] == total
