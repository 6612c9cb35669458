"""Whether a machine answered in place of a person: out of office, "we have received your mail".

A strong sign decides alone; of the weak ones, which newsletters and reports have as well, two are
needed. A mailing list (`List-Id`) is no sign at all. Reports about a mail carry the same signs:
whoever asks has to tell those first, as `report.read` does.
"""

import re
from dataclasses import dataclass

from .fields import Fields

AUTO_REPLY_FIELDS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Reply",
    "X-Mail-Autoreply",
    "X-Autoreply-From",
)
"""What programs set that answer by themselves; no standard knows them."""

SUBJECTS = (
    r"auto(?:matic|mated)?[- ]?(?:matic )?(?:reply|response|answer)|autoreply|autoresponse"
    r"|auto ?respond(?:er|ed)?|auto(?=:)"
    r"|(?:i am |i'm |currently )?out[- ]of[- ](?:the[- ])?office|ooo\b|on (?:vacation|holiday)"
    r"|vacation(?: reply| message| notice)?|away from (?:my mail|the office|my desk)"
    # German
    r"|automatische (?:antwort|r(?:ü|ue)ckantwort|e?-?mail|benachrichtigung)"
    r"|auto(?:matische)?-?antwort"
    r"|abwesenheit|abwesend|nicht im (?:b(?:ü|ue)ro|haus)|außer haus|urlaubs?"
    # French, Spanish, Italian, Portuguese
    r"|r[ée]ponse automatique|absen(?:t|te|ce)(?: du bureau)?\b|en (?:congé|vacances)"
    r"|respuesta autom[áa]tica|fuera de (?:la )?oficina|ausente"
    r"|risposta automatica|fuori (?:sede|ufficio)|assente"
    r"|resposta autom[áa]tica|aus[êe]ncia|fora do escrit[óo]rio"
    # Dutch, Scandinavian, Finnish
    r"|automatisch(?:e)? (?:antwoord|bericht)|afwezig|niet aanwezig"
    r"|auto(?:matiskt )?svar|automatisk (?:svar|besvarelse)|fr[åa]nvaro|fr[åa]nvarande|frav[æa]r"
    r"|automaattinen vastaus|poissa"
    # Slavic, Hungarian, Turkish, Greek, Romanian
    r"|automatick[áa] odpov[ěe]ď|odpowied[źz] automatyczna|autoodpowied[źz]"
    r"|samodejni odgovor|automatski odgovor|автоответ|автоматический ответ|автоматична відповідь"
    r"|automatikus v[áa]lasz|otomatik (?:yan[ıi]t|cevap)|αυτόματη απάντηση|r[ăa]spuns automat"
    # Japanese, Chinese, Korean
    r"|自動(?:応答|返信)|不在(?:通知|のお知らせ)|自动(?:回复|答复)|自動回覆|자동 ?(?:회신|응답)"
)
"""How the subjects of such answers begin, as Exchange, Gmail and people word them."""

_SUBJECT = re.compile(rf"(?:(?:re|aw|sv|antw|tr) ?: ?)?[\[(*\"]{{0,3}}(?:{SUBJECTS})", re.I)
_NULL_SENDER = re.compile(r"^<?\s{0,9}(?:mailer-daemon(?:@[\w.-]{1,255})?)?\s{0,9}>?$", re.I)
"""Some servers write the name of their mailer instead of nothing."""


@dataclass(frozen=True)
class Signs:
    """What a mail carries; each sign as it stands in the mail, such as "Precedence: bulk"."""

    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()

    @property
    def decided_by(self) -> tuple[str, ...]:
        """The signs that make it an automatic reply, or none where it is none."""
        if self.strong:
            return self.strong
        return self.weak if len(self.weak) >= 2 else ()


def signs(fields: Fields) -> Signs:
    return Signs(tuple(_strong(fields)), tuple(_weak(fields)))


def _strong(fields: Fields):
    value = fields.first("Auto-Submitted")
    if value and _word(value) != "no":  # RFC 3834 section 5
        yield f"Auto-Submitted: {_word(value)}"
    for name in AUTO_REPLY_FIELDS:
        if name in fields and _word(fields.first(name)) not in ("no", "false"):
            yield name
    value = _word(fields.first("Precedence"))
    if value in ("auto_reply", "auto-reply", "autoreply"):
        yield f"Precedence: {value}"
    if "vacation" in fields.first("X-Apple-Action").lower():
        yield "X-Apple-Action: VACATION"
    suppressed = re.split(r"[\s,]+", fields.first("X-Auto-Response-Suppress").lower())
    if "all" in suppressed and "X-MS-Exchange-Inbox-Rules-Loop" in fields:
        yield "X-MS-Exchange-Inbox-Rules-Loop"


def _weak(fields: Fields):
    if is_null_sender(fields):
        yield "Return-Path: <>"
    if _SUBJECT.match(fields.decoded("Subject")):
        yield "Subject"
    if _word(fields.first("Precedence")) == "bulk":
        yield "Precedence: bulk"


def is_null_sender(fields: Fields) -> bool:
    """RFC 5321 section 4.5.5: whoever sends so wants no answer."""
    values = fields.all("Return-Path")
    return bool(values) and bool(_NULL_SENDER.match(values[0]))


def _word(value: str) -> str:
    """The value without what stands behind it (RFC 3834 section 5 allows parameters)."""
    return re.split(r"[;(\s]", value.strip(), maxsplit=1)[0].lower()
