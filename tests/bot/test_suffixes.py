"""Endings as Turkish has them: the tables of the language guide, and hundreds of names and figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.bot.suffixes import CASES, Case, suffix, suffixed

# Each name with its i, e, de, den, in, si and le.
NAMES = """
Ayşe yi ye de den nin si yle|Fatma yı ya da dan nın sı yla|Emine yi ye de den nin si yle
Hatice yi ye de den nin si yle|Zeynep i e te ten in i le|Elif i e te ten in i le
Meryem i e de den in i le|Şerife yi ye de den nin si yle|Zehra yı ya da dan nın sı yla
Sultan ı a da dan ın ı la|Hanife yi ye de den nin si yle|Merve yi ye de den nin si yle
Havva yı ya da dan nın sı yla|Zeliha yı ya da dan nın sı yla|Esra yı ya da dan nın sı yla
Özlem i e de den in i le|Hacer i e de den in i le|Yasemin i e de den in i le
Hülya yı ya da dan nın sı yla|Cemile yi ye de den nin si yle|Sevim i e de den in i le
Gülsüm ü e de den ün ü le|Leyla yı ya da dan nın sı yla|Dilek i e te ten in i le
Songül ü e de den ün ü le|Ebru yu ya da dan nun su yla|Gül ü e de den ün ü le
Mehmet i e te ten in i le|Mustafa yı ya da dan nın sı yla|Ahmet i e te ten in i le
Ali yi ye de den nin si yle|Hüseyin i e de den in i le|Hasan ı a da dan ın ı la
İbrahim i e de den in i le|İsmail i e de den in i le|Osman ı a da dan ın ı la
Yusuf u a ta tan un u la|Murat ı a ta tan ın ı la|Ömer i e de den in i le
Ramazan ı a da dan ın ı la|Halil i e de den in i le|Süleyman ı a da dan ın ı la
Abdullah ı a ta tan ın ı la|Mahmut u a ta tan un u la|Recep i e te ten in i le
Salih i e te ten in i le|Fatih i e te ten in i le|Kadir i e de den in i le
Emre yi ye de den nin si yle|Hakan ı a da dan ın ı la|Adem i e de den in i le
Kemal i e de den in i le|Yaşar ı a da dan ın ı la|Bekir i e de den in i le
Musa yı ya da dan nın sı yla|Metin i e de den in i le|Orhan ı a da dan ın ı la
Bilal i e de den in i le|Sinan ı a da dan ın ı la|Cemal i e de den in i le
Erdal ı a da dan ın ı la|Ünal ı a da dan ın ı la|Burak ı a ta tan ın ı la
Oğuz u a da dan un u la|Umut u a ta tan un u la|Ümit i e te ten in i le
Hakkı yı ya da dan nın sı yla|Resul ü e de den ün ü le|Birol u a da dan un u la
Selçuk u a ta tan un u la|Tuğçe yi ye de den nin si yle|Gökçe yi ye de den nin si yle
""".replace("\n", "|")

# What is written, with one ending that is right.
SINGLE = [
    "5’te",
    "3’e",
    "4’ün",
    "6’ya",
    "9’u",
    "10’da",
    "40’tan",
    "60’ta",
    "70’ten",
    "90’ın",
    "100’e",
    "1000’e",
    "10.000’den",
    "1.000.000’a",
    "0’dan",
    "2026’da",
    "4,5’e",
    "%87’si",
    "%50’ye",
    "%60’ı",
    "14:30’da",
    "14:00’te",
    "09:00’da",
    "16:40’ta",
    "18:00’e",
    "1’i",
    "2’yi",
    "7’den",
    "8’e",
    "11’e",
    "12’nin",
    "13’ten",
    "14’le",
    "15’i",
    "16’sı",
    "17’de",
    "18’den",
    "19’a",
    "20’nin",
    "30’u",
    "50’si",
    "80’e",
    "101’den",
    "1.499,90’ı",
    "TL’yi",
    "KVKK’ya",
    "SMS’e",
    "HepsiJET’e",
    "NBA’ya",
    "PDF’yi",
    "API’yi",
    "PTT’den",
    "İYS’ye",
    "KDV’nin",
    "URL’yi",
    "SSS’ye",
    "AŞ’ye",
    "IBAN’a",
    "ETBİS’e",
    "MERSİS’e",
    "KEP’i",
    "UPS’e",
    "CSAT’ı",
    "PS5’e",
    "Charles’a",
    "George’a",
    "James’e",
    "Louis’ye",
    "Joe’ya",
    "Mike’a",
    "Google’a",
    "Apple’ın",
    "YouTube’a",
    "Facebook’ta",
    "WhatsApp’tan",
    "iPhone’u",
    "Nike’ın",
    "Excel’e",
    "Wi-Fi’ya",
    "Shopify’a",
    "Trendyol’a",
    "Nehir’i",
    "Zonguldak’a",
    "İstanbul’da",
    "İzmir’den",
    "Ankara’ya",
    "Bursa’nın",
    "Şırnak’ta",
    "Muğla’yı",
    "Iğdır’a",
]
PHRASES = """
Ayşe Hanım’a|Mehmet Bey’e|Aras Kargo’ya|Aras Kargo’yla|29 Ekim’de|5 Mart’ta|22 Kasım 2026’da
1 Ocak’a|31 Aralık’a|5 kg’dan|10 cm’yi|3 km’ye|128 GB’a|iPhone 17’yi|Yurtiçi Kargo’dan
""".replace("\n", "|")


def table() -> list[tuple[str, Case, str]]:
    rows: list[tuple[str, Case, str]] = []
    for line in filter(None, (part.strip() for part in NAMES.split("|"))):
        name, *endings = line.split()
        rows += [(name, case, ending) for case, ending in zip(CASES, endings, strict=True)]
    return rows


def test_the_table_is_large_enough() -> None:
    assert len(table()) + len(SINGLE) + len(PHRASES.split("|")) >= 600
    assert len({name for name, _case, _ending in table()}) + len(SINGLE) >= 160


def test_names_take_every_ending() -> None:
    assert [(n, c, e, suffix(n, c)) for n, c, e in table() if suffix(n, c) != e] == []


@pytest.mark.parametrize("said", [*SINGLE, *filter(None, map(str.strip, PHRASES.split("|")))])
def test_figures_times_and_abbreviations(said: str) -> None:
    written, ending = said.split("’")
    assert ending in [suffix(written, case) for case in CASES]


NUMBERS = {
    1: "bir", 2: "iki", 3: "üç", 4: "dört", 5: "beş", 6: "altı", 7: "yedi", 8: "sekiz", 9: "dokuz",
    10: "on", 20: "yirmi", 30: "otuz", 40: "kırk", 50: "elli", 60: "altmış", 70: "yetmiş",
    80: "seksen", 90: "doksan",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_figure_takes_the_ending_of_its_last_word(case: Case) -> None:
    for number in range(1, 1000):
        last = number % 10 or number % 100
        word = NUMBERS[last] if last else "yüz"
        assert suffix(str(number), case) == suffix(word, case), number


@pytest.mark.parametrize(
    "unsure", ["00:00", "Xqv", "", " ", "İade Ekibi", "Müşteri Hizmetleri", "??"]
)
def test_where_it_is_not_sure_there_is_none(unsure: str) -> None:
    assert [suffixed(unsure, case) for case in CASES] == [None] * len(CASES)


@given(st.text(max_size=60), st.sampled_from(CASES))
def test_no_text_breaks_it(text: str, case: Case) -> None:
    ending = suffix(text, case)
    assert ending is None or 1 <= len(ending) <= 3
