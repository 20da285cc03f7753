"""What the terminal says when the demo is ready; knows no port but those it is told."""

from chatserver.demo.ports import HOST
from chatserver.demo.seed import ADMIN, AGENTS, EDITOR, PASSWORD

_READY = {
    "tr": """
Avlu hazır. Her şey bu bilgisayarda, tek süreçte çalışıyor.

  Mağaza    {shop}/             ziyaretçi olarak yazın
            {shop}/en/          İngilizcesi
            {shop}/posta        doğrulama kodları buraya düşer
  Konsol    {own}/console      temsilci olarak yanıtlayın
  SSS       {own}/editor       botun yanıtları, editör olarak
  Yardım    {own}/help/demo/tr  müşterilerin yardım sayfaları
  Dökümler  {own}/transcripts  son iki haftanın görüşmeleri

  Temsilci  {selin}
            {burak}
  Editör    {gizem}
  Yönetici  {deniz}
  Şifre     {password}  dördü için de aynı

Deneyin: Mağazayı bir pencerede açın, başka bir pencerede Selin olarak giriş yapıp
kendinizi Müsait yapın. Mağazadan yazın; istek konsola düşer. Selin çevrimdışıyken
aynı soruyu bot yanıtlar. Sırada bekleyen bir görüşme sizi şimdiden bekliyor.

Durdurmak için Ctrl+C. Veriler kalır; baştan başlamak için: chatserver demo --reset
""",
    "en": """
Avlu is ready. All of it runs on this machine, in one process.

  Shop         {shop}/en/          write as a visitor
               {shop}/             the same in Turkish
               {shop}/en/mailbox   one-time codes land here
  Console      {own}/console      answer as an agent
  FAQ          {own}/editor       the bot's answers, as an editor
  Help         {own}/help/demo/en  help pages for shoppers
  Transcripts  {own}/transcripts  conversations of the last two weeks

  Agents       {selin}
               {burak}
  Editor       {gizem}
  Admin        {deniz}
  Password     {password}  the same for all four

Try this: open the shop in one window, sign in as Selin in another and set yourself
Available (Müsait). Write from the shop; the request reaches the console. While Selin is
offline the bot answers instead. One conversation is waiting in the queue already.

Ctrl+C stops it. The data stays; to begin afresh: chatserver demo --reset
""",
}
_RUNS = {
    "tr": "Bu verilerle bir demo zaten çalışıyor: {where}\n"
    "Önce onu durdurun ya da başka bir klasör verin: chatserver demo --data-dir var/demo-2",
    "en": "A demo already runs with this data: {where}\n"
    "Stop it first, or name another folder: chatserver demo --data-dir var/demo-2",
}


def announcement(language: str, port: int, shop_port: int) -> str:
    """Return where everything is, who can sign in, what to try and how to stop."""
    people = (*AGENTS, EDITOR, ADMIN)
    selin, burak, gizem, deniz = (f"{who.email}  {who.name}" for who in people)
    text = _READY[language].format(
        own=f"http://{HOST}:{port}",
        shop=f"http://{HOST}:{shop_port}",
        selin=selin,
        burak=burak,
        gizem=gizem,
        deniz=deniz,
        password=PASSWORD,
    )
    return text.rstrip("\n")


def already_runs(language: str, where: str) -> str:
    """Return the sentence for somebody who starts the demo twice on the same data."""
    return _RUNS[language].format(where=where)
