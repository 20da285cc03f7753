import pytest

from chatserver.bot.intents import Intent, intents, ordinal

TURKISH = {
    Intent.PERSON: ["beni yetkili birine bağlayın", "temsilci", "insana bağla", "kimse yok mu"],
    Intent.ROBOT: ["robot musun", "robotmusn", "gerçek insan mısın", "yapay zeka mı bu"],
    Intent.COMPLAINT: ["REZALET", "sizi şikayet edeceğim", "dolandırıcısınız", "hakem heyetine"],
    Intent.THREAT: ["intihar edeceğim", "kendimi öldüreceğim", "seni öldürürüm"],
    Intent.INSULT: ["salak mısınız", "aptal", "şerefsizler"],
    Intent.THANKS: ["tşk", "çok sağolun", "teşekkür ederim", "eyw sağol"],
    Intent.BYE: ["görüşürüz", "hoşça kalın", "iyi akşamlar"],
    Intent.GREETING: ["mrb", "slm bi sorum vardı", "iyi günler", "günaydın"],
    Intent.YES: ["evet", "evt", "tmm", "olur"],
    Intent.NO: ["hayır", "hyr", "gerek yok"],
    Intent.NONE: ["hiçbiri", "hiç biri değil"],
    Intent.SKIP: ["geç", "atla", "bilmiyorum"],
    Intent.BACK: ["geri", "geri dön"],
}
ENGLISH = {
    Intent.PERSON: ["can i talk to a human", "agent please", "i need a real person"],
    Intent.ROBOT: ["are you a bot", "is this a real person"],
    Intent.COMPLAINT: ["this is a disgrace", "i will call my lawyer", "you scammed me"],
    Intent.THREAT: ["i will kill myself", "i'll hurt you"],
    Intent.INSULT: ["stupid bot", "useless"],
    Intent.THANKS: ["thanks a lot", "thx"],
    Intent.BYE: ["bye", "have a nice day"],
    Intent.GREETING: ["hi there", "good morning"],
    Intent.YES: ["yes please", "ok"],
    Intent.NO: ["no thanks", "nope"],
    Intent.NONE: ["none of these"],
    Intent.SKIP: ["skip this", "i don't know"],
    Intent.BACK: ["go back"],
}
CASES = [
    (language, intent, text)
    for language, table in (("tr", TURKISH), ("en", ENGLISH))
    for intent, texts in table.items()
    for text in texts
]


@pytest.mark.parametrize(("language", "intent", "text"), CASES)
def test_an_intent_is_read(language: str, intent: Intent, text: str) -> None:
    assert intent in intents(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("tr", "müşteri hizmetleri numarası var mı"),
        ("tr", "yetkili servis nerede"),
        ("tr", "Dolandırılmayayım, güvenilir misiniz?"),
        ("tr", "robot süpürge var mı"),
        ("tr", "kargom nerde amk"),
        ("tr", "insan boyu ayna var mı"),
        ("en", "is this a scam?"),
        ("en", "where is my order"),
        ("en", "do you have bath bombs"),
    ],
)
def test_a_question_is_no_intent(language: str, text: str) -> None:
    assert intents(text, language) == frozenset()


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("tr", "2", 1),
        ("tr", "ikincisi", 1),
        ("tr", "ilki", 0),
        ("tr", "sonuncu", 2),
        ("tr", "üçüncüsü", 2),
        ("tr", "4", None),
        ("en", "the second one", 1),
        ("en", "1st", 0),
        ("en", "last one", 2),
        ("en", "two parcels", None),
    ],
)
def test_a_place_in_what_was_offered_is_read(language: str, text: str, place: int | None) -> None:
    assert ordinal(text, language, 3) == place


def test_a_place_beyond_what_was_offered_is_none() -> None:
    assert ordinal("3", "tr", 2) is None
    assert ordinal("sonuncu", "tr", 0) is None
