import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq import Entry, EntryStatus, KnowledgeBase, load_starter
from faq.model import PARTS, Thresholds

STARTER = load_starter()
BASE = KnowledgeBase(STARTER)


def entry(key: str, *ways: str, status: EntryStatus = EntryStatus.PUBLISHED) -> Entry:
    return Entry(key, "tr", ways[0], ways[1:], "Yanıt", status=status)


@settings(deadline=None, max_examples=15)
@given(st.text(max_size=80) | st.sampled_from([e.question for e in STARTER]))
def test_the_order_of_entries_does_not_matter(text: str) -> None:
    few = [e for e in STARTER if e.language == "tr"][:12]
    first = KnowledgeBase(few).match(text, "tr")
    assert KnowledgeBase(reversed(few)).match(text, "tr") == first


@settings(deadline=None)
@given(st.text(max_size=200), st.sampled_from(["tr", "en"]))
def test_a_result_is_ranked_and_within_bounds(text: str, language: str) -> None:
    result = BASE.match(text, language)
    assert len(result.matches) <= 5
    assert all(0 <= match.confidence <= 1 for match in result.matches)
    sure = [match.confidence for match in result.matches]
    assert sure == sorted(sure, reverse=True)
    assert len({match.entry.key for match in result.matches}) == len(sure)
    assert (result.verdict == "none") == (not result.candidates)
    assert len(result.candidates) <= 3


@pytest.mark.parametrize("entry", STARTER, ids=lambda e: f"{e.language}-{e.key}")
def test_every_own_way_is_answered_by_its_entry(entry: Entry) -> None:
    for way in entry.ways:
        result = BASE.match(way, entry.language)
        assert [match.entry.key for match in result.candidates] == [entry.key], way


def test_only_what_is_published_is_found_and_the_first_of_two_stands() -> None:
    draft = entry("draft", "hediye paketi", status=EntryStatus.DRAFT)
    first, second = entry("same", "kargo ücreti"), entry("same", "iade süresi")
    base = KnowledgeBase([draft, first, second])
    assert base.entry("draft", "tr") is None
    assert base.entry("same", "tr") is first
    assert base.entries("tr") == (first,)
    assert "draft" not in [m.entry.key for m in base.match("hediye paketi", "tr").matches]


def test_where_there_is_nothing_nothing_is_found() -> None:
    assert KnowledgeBase([]).match("kargo", "tr").matches == ()
    assert BASE.match("kargo", "de").matches == ()
    assert BASE.entries("de") == ()
    assert BASE.match("zzzz", "tr").candidates == ()
    assert BASE.match("字", "tr").candidates == ()


def test_a_language_without_data_is_matched_by_its_letters() -> None:
    german = Entry("a", "de", "Wo ist mein Paket?", (), "Da", status=EntryStatus.PUBLISHED)
    other = Entry("b", "de", "Was kostet der Versand?", (), "Viel", status=EntryStatus.PUBLISHED)
    result = KnowledgeBase([german, other]).match("wo ist mein paket", "de")
    assert result.matches[0].entry is german


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("hediye pakrti yapar mısınız", "gift-wrap"),
        ("FINCAN KIRIK GELDİ", "damaged-item"),
        ("fincanlardan biri kırık geldi", "damaged-item"),
        ("krgm nrd yaa", "track-order"),
        ("yurtdışına kargo varmı", "international-shipping"),
        ("parami geri istiyorum ne zaman yatar", "refund-time"),
    ],
)
def test_shoppers_are_understood_as_they_type(said: str, key: str) -> None:
    assert BASE.match(said, "tr").candidates[0].entry.key == key


def test_an_only_entry_has_no_rival() -> None:
    result = KnowledgeBase([entry("only", "kargo ücreti ne kadar")]).match("kargo ücreti", "tr")
    assert [match.entry.key for match in result.matches] == ["only"]


def test_a_word_that_several_entries_have_is_asked_back_and_one_of_its_own_is_answered() -> None:
    result = BASE.match("iade", "tr")
    assert result.verdict == "clarify"
    assert 2 <= len(result.candidates) <= 3
    assert BASE.match("taksit", "tr").verdict == "answer"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("tr", "salak salaksın salaklar gerizekalı aptal dangalak embesil yavşak mal rezalet"),
        ("tr", "hatice ahmet mehmet zeynep fatma mustafa ali burak ankara kadıköy"),
        ("tr", "asdasd qwerty zxcvbn lksj limon masa kedi futbol deprem galatasaray lahmacun"),
        ("tr", "iade kargo sipariş siparişim hediye"),
        ("en", "idiot stupid moron john london asdf qwerty banana pizza elephant"),
    ],
)
def test_one_word_that_is_an_insult_a_name_nonsense_or_shared_is_not_answered(
    language: str, words: str
) -> None:
    answered = [word for word in words.split() if BASE.match(word, language).verdict == "answer"]
    assert answered == []


@pytest.mark.parametrize(
    ("word", "key"),
    [
        *(("fatura", "invoice"), ("taksit", "instalments"), ("kupon", "coupon")),
        *(("garanti", "warranty"), ("şifremi", "password"), ("değişim", "exchange")),
        *(("beden", "size-guide"), ("stok", "stock"), ("iban", "bank-transfer")),
        *(("kvkk", "personal-data"), ("mağaza", "store"), ("kampanya", "campaigns")),
        *(("defolu", "damaged-item"), ("arızalı", "damaged-item"), ("whatsapp", "contact")),
    ],
)
def test_one_word_that_one_entry_has_or_means_is_answered(word: str, key: str) -> None:
    result = BASE.match(word, "tr")
    assert (result.verdict, result.matches[0].entry.key) == ("answer", key)


def test_a_lone_word_is_no_surer_than_it_is_alike() -> None:
    base = KnowledgeBase([entry("a", "ürün kırık geldi"), entry("b", "taksit var mı")])
    like = base.match("hasar", "tr", explained=True)
    assert like.explanation is not None
    assert like.explanation.words[0].alike < 1
    assert like.confidence <= like.explanation.words[0].alike + 1e-6


def test_the_very_words_of_an_editor_are_answered_unless_two_entries_have_them() -> None:
    base = KnowledgeBase([entry("a", "şu mavi şey"), entry("b", "kargo"), entry("c", "iade")])
    assert base.match("şu mavi şey", "tr").verdict == "answer"
    twice = KnowledgeBase([entry("a", "kargo"), entry("b", "kargo"), entry("c", "iade")])
    assert twice.match("kargo", "tr").verdict != "answer"


def test_several_questions_are_answered_each() -> None:
    result = BASE.match("Kargom nerede? Ayrıca taksit var mı?", "tr")
    assert [q.matches[0].entry.key for q in result.questions] == ["track-order", "instalments"]
    assert BASE.match("Kargom nerede? Siparişim nerede?", "tr").questions == ()


def test_a_site_may_have_its_own_thresholds() -> None:
    strict = KnowledgeBase(STARTER, thresholds={"tr": Thresholds(1.0, 0.9999)})
    assert strict.match("kargomu kaç gündür bekliyorum", "tr").verdict == "none"
    assert strict.match("where is my order", "en").verdict == "answer"


def test_why_is_said_where_it_is_asked_for() -> None:
    result = BASE.match("kargm NEREDE kaldı??", "tr", explained=True)
    why = result.explanation
    assert why is not None
    assert why.normalised == "kargm nerede kaldi"
    assert why.language == "tr"
    assert why.utterance in result.matches[0].entry.ways
    assert why.words[0].root == "kargo"
    assert why.words[0].like == "kargo"
    assert [name for name, _ in why.parts] == list(PARTS)
    total = sum(value for _, value in why.parts)
    assert abs(total - result.matches[0].score) < 1e-3
    assert why.margin > 0
    assert why.thresholds == BASE.thresholds("tr")
    assert BASE.match("kargom nerede", "tr").explanation is None


def test_threads_share_a_knowledge_base() -> None:
    asked = [e.question for e in STARTER if e.language == "tr"]
    alone = [BASE.match(text, "tr") for text in asked]
    found: list[list[object]] = []

    def ask() -> None:
        found.append([BASE.match(text, "tr") for text in asked])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 4
