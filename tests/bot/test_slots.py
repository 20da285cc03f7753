"""What of a message is the question, and what are values that no question is asked by."""

import pytest

from chatserver.bot.slots import question_in


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("kargom nerede, numaram 0532 123 45 67", "kargom nerede, numaram"),
        ("0 (532) 123-45-67 den arar mısınız?", "den arar mısınız?"),
        ("+90 532 123 45 67 numaram, iade nasıl olacak", "numaram, iade nasıl olacak"),
        ("AV-20418 nerede?", "nerede?"),
        ("nerede AV-20418?", "nerede?"),
        ("param ada@ornek.com adresine gelmedi", "param adresine gelmedi"),
        ("14 gün içinde iade, 2 kez 3 ürün", "14 gün içinde iade, 2 kez 3 ürün"),
        ("38 40 42 bedenler var mı", "38 40 42 bedenler var mı"),
        ("0532 123 45 67", "0532 123 45 67"),
    ],
)
def test_numbers_and_addresses_are_no_part_of_a_question(said: str, question: str) -> None:
    assert question_in(said) == question
