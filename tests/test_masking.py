"""What nobody should type into a chat, and people do."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.tr import tckimlik

from chatserver.masking import HIDDEN, masked, redacted

VISA, MASTER, TROY, AMEX = (
    "4111111111111111",
    "5500005555555559",
    "9792030394440796",
    "378282246310005",
)
TCKN, IBAN = "10000000146", "TR330006100519786457841326"


def grouped(number: str, size: int, mark: str) -> str:
    return mark.join(number[at : at + size] for at in range(0, len(number), size))


@pytest.mark.parametrize("number", [VISA, MASTER, TROY, AMEX])
@pytest.mark.parametrize("write", [str, lambda n: grouped(n, 4, " "), lambda n: grouped(n, 4, "-")])
def test_cards_are_hidden_but_for_their_end(number: str, write: object) -> None:
    assert callable(write)
    said = masked(f"kartım {write(number)} olmuyor")
    assert number[-5:] not in said.replace(" ", "").replace("-", "")
    assert said.startswith("kartım •") and said.endswith("olmuyor")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (f"tc {TCKN}", "tc •••••••••••"),
        (f"TC{TCKN}dir", "TC•••••••••••dir"),
        ("100 000 001 46", "••• ••• ••• ••"),
        (IBAN, "TR••••••••••••••••••••1326"),
        ("tr33 0006 1005 1978 6457 8413 26", "tr•• •••• •••• •••• •••• ••13 26"),
        ("33 0006 1005 1978 6457 8413 26", "•• •••• •••• •••• •••• ••13 26"),
        ("GB29 NWBK 6016 1331 9268 19", "GB•• •••• •••• •••• ••68 19"),
        ("DE89370400440532013000", "DE••••••••••••••••3000"),
        ("4111 1111 1111 1111 12/27 cvv 123", "•••• •••• •••• 1111 12/27 cvv •••"),
        (
            "güvenlik kodu: 9876, kart 4111111111111111",
            "güvenlik kodu: ••••, kart ••••••••••••1111",
        ),
        ("٤١١١ ١١١١ ١١١١ ١١١١", "•••• •••• •••• ١١١١"),
        ("4111\u200b1111\u200b1111\u200b1111", "••••\u200b••••\u200b••••\u200b1111"),
    ],
)
def test_s04_however_it_is_typed(typed: str, kept: str) -> None:
    assert masked(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "1234567 nolu sipariş, mailim a@b.com",
        "SP123456 ve AV-20418",
        "0532 123 45 67",
        "+90 532 123 45 67",
        "444 0 123",
        "22.11.2026 14:30, 1.499,90 TL",
        "405-1234567-1234567",
        "4111 1111 1111 1112",
        "10000000145",
        "",
        "cvv 123 nerede yazıyor",
    ],
)
def test_what_is_no_such_number_stays(typed: str) -> None:
    assert masked(typed) == typed


def test_the_shops_own_account_reaches_those_who_pay_by_it() -> None:
    assert masked(f"IBAN: {IBAN}", accounts=False) == f"IBAN: {IBAN}"
    assert HIDDEN in masked(f"kart {VISA}", accounts=False)


@given(st.text(max_size=300))
def test_text_without_digits_and_masked_text_stay_as_they_are(text: str) -> None:
    once = masked(text)
    assert len(once) == len(text)
    assert masked(once) == once


MARKS = st.sampled_from(["", " ", "-", ".", " - ", "\u00a0", "\u200b", "/"])


@given(st.integers(10**8, 10**9 - 1), MARKS, st.text("abcçğı ,!", max_size=10))
def test_every_identity_number_is_found(nine: int, mark: str, around: str) -> None:
    number = f"{nine}{tckimlik.calc_check_digits(str(nine))}"
    said = masked(around + grouped(number, 3, mark) + around)
    assert not any(char.isdigit() for char in said)


@given(
    st.sampled_from(["4", "51", "55", "2221", "9792", "65"]),
    st.integers(0, 10**14),
    MARKS,
)
def test_every_card_number_is_found(begins: str, rest: int, mark: str) -> None:
    body = (begins + f"{rest:015d}")[:15]
    number = body + luhn.calc_check_digit(body)
    said = masked(grouped(number, 4, mark))
    assert sum(char.isdigit() for char in said) <= 4


def test_s03_fewer_than_one_order_number_in_a_hundred_is_taken_for_something_else() -> None:
    dice, taken = random.Random(7), 0
    makers: tuple[Callable[[], str], ...] = (
        lambda: f"{dice.randrange(10**6, 10**7)}",
        lambda: f"{dice.randrange(10**9, 10**10)}",
        lambda: f"{dice.randrange(10**10, 10**11)}",
        lambda: f"{dice.randrange(10**11, 10**12)}",
        lambda: (
            f"{dice.randrange(100, 999)}-{dice.randrange(10**7):07d}-{dice.randrange(10**7):07d}"
        ),
    )
    for make in makers:
        numbers = [make() for _ in range(4000)]
        wrong = [number for number in numbers if masked(number) != number]
        # Of the numbers with eleven digits one in a hundred has an identity's check digits.
        assert len(wrong) < (60 if len(numbers[0]) == 11 else 20), (numbers[0], len(wrong))
        taken += len(wrong)
    assert taken < 0.01 * 5 * 4000


def test_s03_a_log_line_has_no_address_and_no_phone() -> None:
    line = "failed for ayse@example.com, 0532 123 45 67, +905321234567, 4111111111111111"
    assert redacted(line) == "failed for [email], [phone], [phone], ••••••••••••1111"


@pytest.mark.parametrize(
    "long", ["1 " * 2000, "AA11" * 1000, "1" * 4000, "123 45 67 " * 400, "1a2b" * 1000]
)
def test_b01_hostile_length_stays_as_it_is(long: str) -> None:
    assert len(masked(long)) == len(long)
