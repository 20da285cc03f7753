from hypothesis import given
from hypothesis import strategies as st

from faq.language_seen import language_of
from faq.sentences import MAX_SENTENCES, sentences


def test_a_message_is_parted_at_its_sentences() -> None:
    said = "Kargom gelmedi. İade süresi kaç gün? Evet!\n1.250 TL ödedim"
    assert sentences(said) == ["Kargom gelmedi", "İade süresi kaç gün", "1.250 TL ödedim"]


@given(st.text(max_size=300))
def test_sentences_are_parts_of_the_text(text: str) -> None:
    found = sentences(text)
    assert len(found) <= MAX_SENTENCES
    assert all(part in text and len(part.split()) >= 2 for part in found)


def test_the_language_of_a_message_is_seen_where_it_tells() -> None:
    assert language_of("kargom nerede kaldi acaba bu kadar") == "tr"
    assert language_of("Şikâyet") == "tr"
    assert language_of("where is the order that i placed") == "en"
    assert language_of("12345") == ""
    assert language_of("") == ""
