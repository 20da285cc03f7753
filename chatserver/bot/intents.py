"""What a message is besides a question: rules over folded words; knows no state and no wording.

Rules are narrow on purpose: what they miss, the FAQ or a person gets; what they wrongly catch
would shut somebody out of an answer.
"""

import re
from enum import StrEnum

from faq.files import lexicon
from faq.text import tokens


class Intent(StrEnum):
    """What a message wants or does."""

    THREAT = "threat"
    COMPLAINT = "complaint"
    PERSON = "person"
    ROBOT = "robot"
    INSULT = "insult"
    THANKS = "thanks"
    BYE = "bye"
    GREETING = "greeting"
    YES = "yes"
    NO = "no"
    NONE = "none of these"
    SKIP = "skip"
    BACK = "back"


_SOMEWHERE: dict[str, tuple[tuple[Intent, str], ...]] = {
    "tr": (
        (
            Intent.THREAT,
            r"kendimi (oldur|as)\w*|intihar (ed|et)\w*|canima kiy\w*|yasamak istemiyorum"
            r"|(sizi|seni|hepinizi|onu) (oldur|vur|gebert|bicakla|yakar|yakac)\w*"
            r"|bomba (koy|at|patlat)\w*",
        ),
        (
            Intent.COMPLAINT,
            r"rezalet\w*|rezil\w*|magdur\w*|sikayet\w*|avukat\w*|hakem heyeti\w*|hakemin?e? gid\w*"
            r"|savcilig?k?\w*|dolandirici\w*|dolandirdi\w*|mahkeme\w*|cimer\w*|suc duyurusu\w*",
        ),
        (
            Intent.PERSON,
            r"(musteri )?(temsilci|yetkili(?! (servis|satici))|operator)\w*( \w+){0,2} "
            r"(bagla|gorus|konus|aktar|istiyor|yok mu|var mi|lazim|ver|ulas)\w*"
            r"|(canli destek|musteri hizmetleri)\w*( ile)? (bagla|gorus|konus|aktar|istiyor)\w*"
            r"|(insan|biri|birisi|gercek kisi)(n|ne|na|yle|nle|la|le|e|a)?( ile)? "
            r"(bagla|gorus|konus|aktar)\w*"
            r"|beni (birine|bir insana|insana) bagla\w*|yok mu (kimse|biri)|kimse yok mu"
            r"|(yetkili|gercek) (biri|birisi|bir insan|insan)\w*( \w+)? (yok mu|var mi|istiyor\w*)"
            r"|(kimse|neden) (cevap|yanit|bak)\w*( \w+)? (vermiyor?|yok|bakmiyor?)\w*|bagla beni",
        ),
        (
            Intent.ROBOT,
            r"(robot|bot) ?(mu|mus|musun|musn|musunuz|sun|sunuz)|yapay zeka\w*"
            r"|(gercek )?(insan|kisi) (mi|misin|misiniz)|insan misin\w*",
        ),
        (
            Intent.INSULT,
            r"salak\w*|aptal\w*|gerizekali\w*|geri zekali\w*|ahmak\w*|serefsiz\w*|pislik\w*|essek\w*"
            r"|dangalak\w*|orospu\w*|pic(ler|siniz)?|siktir\w*|yavsak\w*|beyinsiz\w*|ise yaramaz\w*"
            r"|amina koy\w*|mal misin\w*|namussuz\w*|terbiyesiz\w*",
        ),
    ),
    "en": (
        (
            Intent.THREAT,
            r"kill (myself|you|him|her|them)|suicide|end my life|hurt (myself|you)|shoot you"
            r"|dont want to live|burn \w+ down|bomb (you|your)",
        ),
        (
            Intent.COMPLAINT,
            r"disgrac\w+|scammers?|scammed|this is a scam|fraud\w*|lawyer|sue you|legal action"
            r"|(file|make|have) a complaint|complain|outrag\w+|trading standards|police|court",
        ),
        (
            Intent.PERSON,
            r"(talk|speak|chat|connect|transfer|put) (\w+ )?(to|with|through to) "
            r"(\w+ )?(agent|human|person|someone|somebody|people|representative|operator|staff)"
            r"|(want|need|get|give) (\w+ )?(an? )?(real |live )?"
            r"(agent|human|person|representative|operator)|real person|human please|anyone there"
            r"|anybody there|connect me|live agent",
        ),
        (
            Intent.ROBOT,
            r"(are|r) (you|u) (a |an )?(real |actual )?(bot|robot|human|person|ai|machine|real)"
            r"|is this a (bot|robot|human|person|real person)|am i (talking|speaking) to a \w+",
        ),
        (
            Intent.INSULT,
            r"stupid|idiots?|morons?|useless|dumb|fuck (you|off)|assholes?|shut up|bastards?"
            r"|piece of shit|bullshit|crap bot",
        ),
    ),
}

_WHOLLY: dict[str, tuple[tuple[Intent, str], ...]] = {
    "tr": (
        (
            Intent.PERSON,
            r"(musteri )?temsilci(si|ye|sine)?|yetkili|insan|operator|canli destek"
            r"|musteri hizmetleri|bagla(yin|r misiniz|r misin)?|temsilciye bagla\w*",
        ),
        (
            Intent.NONE,
            r"hicbiri?(si)?( degil)?|hic biri(si)?( degil)?|bunlar degil|baska( bir sey)?",
        ),
        (
            Intent.SKIP,
            r"(bu adimi )?(gec(elim)?|atla)|bilmiyorum|hatirlamiyorum|yok|vermek istemiyorum",
        ),
        (Intent.BACK, r"geri( don)?|onceki"),
        (
            Intent.YES,
            r"(evet|tamam|olur|aynen|dogru|tabi|tabii|tabii ki|lutfen|isterim|yaradi|onayliyorum|he"
            r"|oldu)( (evet|tamam|olur|dogru|lutfen|isterim|yaradi|baglayin|bagla))*",
        ),
        (
            Intent.NO,
            r"(hayir|yok|olmaz|degil|yanlis|istemiyorum|istemem|gerek yok|yaramadi)"
            r"( (yok|degil|yaramadi|istemiyorum|gerek yok|tesekkurler|sag ol))*",
        ),
        (
            Intent.THANKS,
            r"(?=.*(tesekkur|sag ol|eyvallah|minnettar|razi))((cok|tamam|evet|allah razi olsun|sagol|sag ol|sag olun|tesekkur|tesekkurler|ederim"
            r"|ederiz|eyvallah|super|harika|minnettarim|peki|iyi gunler|kolay gelsin) ?)+",
        ),
        (
            Intent.BYE,
            r"((gorusuruz|gorusmek uzere|hosca kal\w*|hoscakal\w*|bay bay|bye|bb|kendine iyi bak"
            r"|kib|iyi (gunler|aksamlar|geceler)|kolay gelsin) ?)+",
        ),
        (
            Intent.GREETING,
            r"((merhaba|selam|gunaydin|hey|alo|iyi|gunler|aksamlar|geceler|kolay gelsin|aleykum"
            r"|hayirli isler|nasilsiniz|nasilsin|naber|ne haber|bir|bi|sey|sorum|soru|vardi|var"
            r"|soracaktim|sorabilir miyim|sormak istiyorum|bakar misiniz|orada misiniz|yardim"
            r"|yardimci olur musunuz|hocam|abi|kanka) ?)+",
        ),
    ),
    "en": (
        (
            Intent.PERSON,
            r"(an? )?(agent|human|person|representative|operator|someone)( please)?"
            r"|customer (service|support)|live chat|talk to an agent",
        ),
        (Intent.NONE, r"none( of (these|them|those))?|neither|something else"),
        (Intent.SKIP, r"skip( (this|it|this step))?|i dont (know|have (it|one))|dont know|none|no"),
        (Intent.BACK, r"(go )?back|previous"),
        (
            Intent.YES,
            r"(yes|yeah|yep|yup|ok|okay|sure|correct|right|please do|it did|thats right)"
            r"( (please|it did|thats right|correct|thanks))*",
        ),
        (
            Intent.NO,
            r"(no|nope|nah|wrong|not really|it didnt|not right)( (thanks|it didnt|thats wrong))*",
        ),
        (
            Intent.THANKS,
            r"(?=.*(thank|cheers|great|perfect|brilliant|lovely))((ok|okay|yes|great|perfect|many|thanks|thank you|so much|a lot|very much|cheers"
            r"|brilliant|lovely) ?)+",
        ),
        (
            Intent.BYE,
            r"((bye|goodbye|good bye|see you|take care|good night|have a (good|nice) day) ?)+",
        ),
        (
            Intent.GREETING,
            r"((hi|hello|hey|there|good|morning|afternoon|evening|how|are|you|anybody|i have a question"
            r"|quick question|can you help( me)?|question) ?)+",
        ),
    ),
}

_SOMEWHERE_RULES = {
    language: [(intent, re.compile(rf"\b(?:{rule})\b")) for intent, rule in rules]
    for language, rules in _SOMEWHERE.items()
}
_WHOLLY_RULES = {
    language: [(intent, re.compile(rf"(?:{rule})\s*")) for intent, rule in rules]
    for language, rules in _WHOLLY.items()
}
_ORDINALS: dict[str, tuple[str, ...]] = {
    "tr": (
        r"(1|bir|ilk(i|ini)?|birinci(si|sini)?)",
        r"(2|iki|ikinci(si|sini)?)",
        r"(3|uc|ucuncu(su|sunu)?)",
    ),
    "en": (
        r"(the )?(1|1 st|one|first)( one)?",
        r"(the )?(2|2 nd|two|second)( one)?",
        r"(the )?(3|3 rd|three|third)( one)?",
    ),
}
_LAST = {"tr": r"(son|sonuncu(su)?)", "en": r"(the )?last( one)?"}
MAX_CHARS = 600


def plain(text: str, language: str) -> str:
    """Return the folded words with shorthand written out; what the rules read."""
    return " ".join(lexicon(language).expand(tokens(text[:MAX_CHARS])))


def intents(text: str, language: str) -> frozenset[Intent]:
    """Return everything a message is; nothing for a plain question."""
    said = plain(text, language)
    found = {i for i, rule in _SOMEWHERE_RULES[language] if rule.search(said)}
    found |= {i for i, rule in _WHOLLY_RULES[language] if rule.fullmatch(said)}
    return frozenset(found)


def ordinal(text: str, language: str, count: int) -> int | None:
    """Return which of `count` offered things is meant ("2", "ikincisi"), 0-based, or None."""
    said = plain(text, language)
    for place, rule in enumerate(_ORDINALS[language][:count]):
        if re.fullmatch(rule, said):
            return place
    return count - 1 if count and re.fullmatch(_LAST[language], said) else None
