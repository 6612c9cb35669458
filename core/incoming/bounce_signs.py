"""Whether a mail without a part for machines is a report all the same: what many systems have in
common, whatever their words."""

import re

from . import auto_reply
from .mail import Mail

_FORWARDED = re.compile(r"^\s{0,5}\[?(?:fwd?|wg|tr|rv|vs|vl|enc|i|fs|doorst)\s?:", re.I)
_ANSWERED = re.compile(r"^\s{0,5}(?:re|aw|sv|antw|r[ée]f|res)\s?:", re.I)

_SENDER = re.compile(
    r"mailer[-_. ]?d(?:a|ae)emon|postmaster|post[-_]?office|mail[-_ ]?(?:delivery|administrator|admin\b"
    r"|system|transport|router|robot|deliver)|delivery[-_ ]?(?:sub)?system|mdaemon|mailer[-_ ]?(?:agent|robot)"
    r"|system (?:administrator|attendant)|microsoft (?:outlook|exchange)|bounces?[@+-]|mailsweeper|mailscanner"
    r"|e-?mail (?:delivery|system)|internet mail (?:delivery|service)|non-?delivery|undeliver|no-?reply@.*"
    r"mail|smtp ?(?:server|gateway)|complaints@email-abuse|mta[-_]?agent|message router",
    re.I,
)
_SUBJECT = re.compile(
    r"undeliver(?:able|ed)|undelivered|non[- ]?deliver(?:y|able)|not (?:be )?deliver|un(?:able|successful)"
    r" (?:to )?deliver|deliver(?:y|ing)[- ](?:status|failure|failed|fail\b|error|problem|report|notification"
    r"|has failed|delay|unsuccessful|attempt)|failed (?:mail|delivery|message)|fail(?:ed|ure)"
    r"[: -]{1,3}(?:notice|to deliver|notification|delivery|mail|message|sending)|failure notice|"
    r"returned (?:mail|e-?mail|message|to sender)|return(?:ed)? to sender|mail (?:delivery|failure|error"
    r"|system error|returned|could not)|message (?:could not|delivery|status|undeliver|returned|not delivered|"
    r"rejected|delayed|bounced)|could not (?:be )?(?:deliver|send)|bounced? (?:mail|message)|"
    r"warning: (?:could not|message)|error sending|e?-?mail (?:error|could not be)|user unknown|"
    r"rejected (?:mail|message|posting)|nondeliverable|unzustellbar|nicht zugestellt|zustell(?:ung|fehler)|"
    r"unzugestellt|non remis|non d[ée]livr|[ée]chec|non recapitat|mancato recapito|mancata consegna|"
    r"no (?:se pudo )?entreg|no entregado|devuelto|sin entregar|falha (?:na|de|no)|n[ãa]o entreg|"
    r"devolvida|onbestelbaar|niet (?:bezorg|afgelever)|kunne ikke lever|ej levere|kunde inte lever|"
    r"olevererbart|ikke levert|toimit|niedostarcz|nie dostarcz|недоставлен|не доставлен|невозможно|"
    r"возвращ|kézbesít|nedoručiteln|iletilemedi|teslim edil|配信|配送|配達|送信(?:でき|エラー)|不達|未送達|"
    r"退信|无法(?:投递|送达|传递)|投递失败|系统退信|無法傳遞|반송|전송 실패|배달",
    re.I,
)
_WORDS = re.compile(
    r"(?:could|can) ?(?:not|n't) be (?:delivered|sent|reached)|(?:was|were|is|are|has|have) ?(?:not|n't)"
    r"(?: been)? (?:yet )?(?:been )?(?:deliver|sent|reach)|undeliver(?:able|ed)|(?:unable|failed|not able) to "
    r"(?:be )?deliver|did not reach|deliver(?:y|ed)?[^.\n]{0,60}(?:fail|unsuccessful|delayed|error|problem|not"
    r" (?:possible|complete))|(?:permanent|fatal|transient)(?: fatal)? error|fail(?:ed|ure)[^.\n]{0,40}"
    r"(?:recipient|address|deliver)|following (?:e-?mail )?(?:address|recipient)|returned to (?:you|sender)|"
    r"cannot deliver|can't deliver|not be delivered|user unknown|unknown user|no such user|mailbox (?:is )?full|"
    r"over quota|does not exist|doesn't have a|was rejected|bounced|rejected by|could not (?:deliver|send|be)|"
    r"couldn't be|wasn't (?:able|delivered)|nicht (?:zugestellt|ausgeliefert|weitergeleitet|erreicht)|"
    r"unzustellbar|fehlgeschlagen|existiert nicht|n'a pas pu|n'ont pas|impossible de|non remis|inconnu|"
    r"no se (?:ha )?p(?:udo|odido)|no (?:ha sido|fue|pudo) entreg|destinatario|non è stato possibile|impossibile|"
    r"n[ãa]o (?:p[ôo]de|foi)|niet (?:worden )?(?:bezorgd|afgeleverd)|kunne ikke|kunde inte|nie (?:mo[żz]na|"
    r"zosta)|не (?:удалось|может быть|было)|nelze|配信|配送|配達|送信でき|届け|不明|无法|無法|不存在|失败|수신|전송",
    re.I,
)


def is_forwarded_by_a_person(mail: Mail) -> bool:
    """Whether somebody hands a report on: then it is a mail of theirs."""
    fields = mail.fields
    return (
        bool(_FORWARDED.match(fields.decoded("Subject")))
        and not auto_reply.is_null_sender(fields)
        and not is_machine(mail)
        and fields.main_type() != ("multipart", "report")
    )


def is_machine(mail: Mail) -> bool:
    return bool(_SENDER.search(mail.fields.decoded("From")))


def signs(mail: Mail) -> tuple[str, ...]:
    """The signs that make it a report, or none where they are too few."""
    found = list(_found(mail))
    said = [sign for sign in found if sign in ("Subject", "words")]
    weight = len(found) + ("X-Failed-Recipients" in found)
    automatic = auto_reply.signs(mail.fields)
    is_answer = bool(automatic.strong or "Subject" in automatic.weak)
    if not said or weight < (3 if is_answer else 2):
        return ()
    return tuple(found)


def _found(mail):
    fields = mail.fields
    subject = fields.decoded("Subject")
    if auto_reply.is_null_sender(fields):
        yield "Return-Path: <>"
    if is_machine(mail):
        yield "From"
    if "X-Failed-Recipients" in fields:
        yield "X-Failed-Recipients"
    if fields.main_type() == ("multipart", "report") or fields.parameter(
        "Content-Type", "report-type"
    ):
        yield "multipart/report"
    if mail.returned:
        yield "returned original"
    if _SUBJECT.search(subject) and not _ANSWERED.match(subject):
        yield "Subject"
    if _WORDS.search(mail.text[:8_000]):
        yield "words"
