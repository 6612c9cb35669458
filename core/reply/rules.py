"""What words and codes in the answers of mail servers mean: a table, in the order of asking.

The words come in lower case, on one line of at most 2,000 characters, with addresses as "@", URLs
as their host and "n't" as "not". Every repetition in a pattern is bounded and none stands inside
another, so that no text can make it slow.

Order matters: what is told precisely comes before what is told by a common word, and whatever only
looks like an unknown recipient (full, policy, sender) before "unknown".
"""

import re
from dataclasses import dataclass

from .classes import Command, ReplyClass

AUTHENTICATION_CODES = (530, 534, 535, 538)
"""RFC 4954 section 6. In answer to any command: after a login that was refused and ignored, they
come in answer to MAIL."""

CONNECT, EHLO, STARTTLS, AUTH = Command.CONNECT, Command.EHLO, Command.STARTTLS, Command.AUTH
MAIL, RCPT, DATA, END = Command.MAIL, Command.RCPT, Command.DATA, Command.END_OF_DATA

UNREACHABLE, BUSY = ReplyClass.SERVER_UNREACHABLE, ReplyClass.SERVER_BUSY
LOGIN, SENDER = ReplyClass.AUTHENTICATION_REFUSED, ReplyClass.SENDER_REFUSED
UNKNOWN, DOMAIN, MOVED = ReplyClass.RECIPIENT_UNKNOWN, ReplyClass.BAD_DOMAIN, ReplyClass.MOVED
DISABLED, FULL, BIG = ReplyClass.DISABLED, ReplyClass.FULL, ReplyClass.TOO_BIG
CONTENT, QUOTA, GAVE_UP = ReplyClass.CONTENT_REFUSED, ReplyClass.QUOTA_REACHED, ReplyClass.GAVE_UP
CONFIGURATION, UNCLEAR = ReplyClass.CONFIGURATION, ReplyClass.UNCLEAR

WHO = (
    r"(?:users?|recipients?|mailbox(?:es)?|inbox|email|addressee?s?|address(?:es)?|accounts?|"
    r"person|alias(?:es)?|customer|member|user ?id|login|local[ -]?part)\b"
    r"(?!(?:'s)? (?:database|server|system|service|input|family|content|header|format|domain))"
)
"""Whoever may be unknown; not what belongs to them."""
MISSING = (
    r"unknown(?! (?:error|reason|problem|cause))|not found(?! in (?:cache|allowed))|"
    r"not exist|not match|not (?:a )?(?:valid(?! for)|known|listed|registered(?! (?:to|for))|"
    r"recogni[sz]ed|here\b|our customer)|\binvalid|no such|can not be found|could not be found|"
    r"no longer (?:valid|available|exists?|in use)|unroute?able|nonexistent"
)
BETWEEN = (
    r"(?:or|and|local|virtual|remote|destination|recipient|rcpt|email|mail|mailbox|final|target|"
    r"illegal|invalid|unknown|user|the|such|external|internal|smtp)"
)
MAILBOX = r"(?:mailbox(?:es)?|inbox|account|user|recipient|email|address|domain|customer)"


@dataclass(frozen=True)
class Rule:
    """One row: what the words say, and who says so.

    :param digits: first digits of the codes the rule is for, "" for all
    :param commands: the commands the rule is for, () for all
    """

    name: str
    reply_class: ReplyClass
    pattern: re.Pattern
    source: str
    digits: str = ""
    commands: tuple[Command | None, ...] = ()

    def fits(self, words: str, command: Command | None, digit: int) -> bool:
        """`digit` is the first one of the code that decides, 0 where there is none."""
        if self.digits and digit and str(digit) not in self.digits:
            return False
        if self.commands and command not in self.commands:
            return False
        return bool(self.pattern.search(words))


def _rule(name, reply_class, source, *alternatives, digits="", commands=()):
    pattern = re.compile("|".join(alternatives))
    return Rule(name, reply_class, pattern, source, digits, commands)


RULES = (
    # --- One provider's words, which mean something else than they say ------------------------
    _rule(
        "microsoft_directory",
        UNKNOWN,
        "Microsoft Learn, Directory-Based Edge Blocking: 550 5.4.1 for who is not in the directory",
        r"5\.4\.1\b.{0,20}recipient address rejected: access denied",
    ),
    _rule(
        "microsoft_send_as",
        SENDER,
        "Microsoft Learn, NDR 5.7.60 and 5.2.252: the account may not send as this address",
        r"5\.7\.60\b",
        r"5\.2\.252\b",
        r"sendasdenied",
        r"not have permissions? to send as this sender",
        r"bad outbound sender",
    ),
    _rule(
        "sender_not_owned",
        SENDER,
        "Zoho Mail, 553: the words speak of relaying, the cause is a From of another account",
        r"relaying disallowed as",
        r"sender is not allowed to relay",
    ),
    _rule(
        "smtp_login_switched_off",
        LOGIN,
        "Microsoft Learn, Authenticated client SMTP submission: 535 5.7.139",
        r"5\.7\.139\b",
        r"smtpclientauthentication is disabled",
        r"smtp auth(?:entication)? is (?:disabled|not enabled)",
    ),
    _rule(
        "basic_login_gone",
        LOGIN,
        "Microsoft Exchange team, retirement of basic authentication: 550 5.7.30",
        r"basic authentication is (?:disabled|not supported)",
    ),
    _rule(
        "google_app_password",
        LOGIN,
        "Google Workspace Admin Help, SMTP errors and codes: 534 5.7.9",
        r"app(?:lication)?(?:-specific)? password (?:is )?required",
    ),
    _rule(
        "google_web_login",
        LOGIN,
        "Google Workspace Admin Help, SMTP errors and codes: 534 5.7.14",
        r"log ?in (?:via|with|through) your (?:web )?browser",
    ),
    _rule(
        "oauth_token",
        LOGIN,
        "RFC 7628 section 3.2.2, the JSON with which Google and Microsoft refuse a token",
        r'^(?:\d\.\d\.\d )?\{.{0,200}"status": ?"?(?:4|invalid)',
        r"invalid_token",
        r"invalid_grant",
    ),
    _rule(
        "members_only",
        CONTENT,
        "Microsoft Learn, NDR 5.7.124, 5.7.129, 5.7.133 to 5.7.136: restrictions of groups and "
        "mailboxes, whose words ask for an authentication that no SMTP client can give",
        r"resolver\.rst\.(?:auth|notauth|sender|restrict)",
        r"delivery restriction check failed",
        r"not authorized to send to (?:the )?recipient",
        r"only accepts? (?:mail|messages?|email)s? from (?:people|members|its|internal|known)",
    ),
    _rule(
        "suppressed",
        CONTENT,
        "Amazon SES, SendGrid and Mailgun documentation: lists of addresses that failed before",
        r"suppression list",
        r"address (?:is|was) suppressed",
    ),
    # --- Limits that pass with time -----------------------------------------------------------
    _rule(
        "harvesting",
        CONTENT,
        "Cisco, Barracuda: protection against guessed addresses; says nothing about this one",
        r"directory harvest",
        r"too many (?:invalid|unknown|bad|wrong|nonexist\w{0,5}) (?:recipient|user|address)",
    ),
    _rule(
        "recipient_rate",
        BUSY,
        "Google Workspace Admin Help, 450 4.2.1; Microsoft Learn, NDR 5.2.121 and 5.2.122",
        r"receiving (?:mail|email|messages) (?:at a rate|too (?:quickly|fast))",
        r"(?:receive|receiving|recipient) (?:rate )?limit (?:is |was |has been )?(?:exceeded"
        r"|reached)",
        r"5\.2\.12[123]\b",
    ),
    _rule(
        "too_many_logins",
        BUSY,
        "RFC 4954 section 6, 454 4.7.0; Google: too many login attempts",
        r"too many (?:failed |bad |unsuccessful )?(?:log ?in|auth\w{0,12}) (?:attempts|failures"
        r"|errors)",
        r"temporary authentication failure",
        r"(?:can not|unable to) authenticate due to (?:a )?temporary",
        digits="4",
    ),
    _rule(
        "too_many_connections",
        BUSY,
        "Postfix, Exim, Sendmail, Exchange 432 4.3.2, Cisco 421 4.4.5, QQ: sessions, not messages",
        r"too many (?:\w{1,12} ){0,2}(?:connections?|sessions)",
        r"connections? (?:rate |frequency |count )?limit",
        r"(?:connection|domain|ip|sender) frequency limited",
    ),
    _rule(
        "sending_quota",
        QUOTA,
        "Google 550 5.4.5, Microsoft 5.1.90 and 5.7.705, Amazon SES 454, cPanel, SendGrid 451, "
        "each in its documentation of sending limits",
        r"(?:daily|hourly|monthly|weekly)[^.]{0,50}(?:quota|limit|max)",
        r"(?:quota|limit|max(?:imum)?|exceed\w{0,3}|too many|number of)[^.]{0,50}"
        r"(?:per|each|this|/|(?<!in )an?) ?(?:second|minute|hour|day|month)\b",
        r"(?:sending|submission|sender|outbound|outgoing|message|throughput) (?:rate |mail )?"
        r"(?:quota|limit|rate ?limit)s? (?:is |was |has been |have been )?(?:exceeded|reached)",
        r"exceeded (?:your |the |its |his )?(?:sending|outbound|outgoing|submission|relay) "
        r"(?:\w{1,12} )?(?:quota|limit|ratelimit)",
        r"smtp relay limit exceeded",
        r"maximum (?:sending rate|credits) (?:is |was |has been )?exceeded",
        r"(?:no|not enough|insufficient|out of) (?:credits?|smtp credits?)\b",
        r"submissionquotaexceeded",
        r"5\.7\.1 email quota exceeded",
        r"tenant has exceeded",
        r"5\.1\.90\b",
        r"messages? sent (?:today|in the last)",
        r"unusual sending activity",
    ),
    _rule(
        "greylisting",
        BUSY,
        "RFC 6647; postgrey, sqlgrey, milter-greylist, Exim",
        r"gr[ae]y-? ?list",
        r"deferred for (?:the next )?\d",
        digits="4",
    ),
    _rule(
        "too_many_recipients",
        BUSY,
        "RFC 5321 section 4.5.3.1.10; RFC 3463 x.5.3",
        r"too many recipients",
        r"(?:maximum|max|limit)[^.]{0,30}(?:number of )?recipients",
        r"recipients?[^.]{0,20}(?:count|limit)[^.]{0,20}(?:exceed|reached)",
        r"multiple destination domains per transaction|policy size per transaction",
    ),
    _rule(
        "rate_limited",
        BUSY,
        "Google 421 4.7.0 and 4.7.28, Yahoo 421 [TSS04], Microsoft 451 4.7.650, Sendmail 421 4.3.2",
        r"temporar\w{1,5} (?:\w{1,12} )?(?:rate[- ]?limited|deferred|throttled|delayed)",
        r"\brate[- ]?limit",
        r"4\.7\.28\b",
        r"throttl",
        r"unusual rate of",
        r"too many (?:messages|errors)|sessions? (?:rate )?limit",
        r"(?:slow down|too fast|too frequent)",
        r"server (?:is )?(?:too )?busy",
        digits="4",
    ),
    # --- What is no statement about an address at all -----------------------------------------
    _rule(
        "loop",
        UNREACHABLE,
        "RFC 5321 section 6.3; RFC 3463 x.4.6; Exchange 5.4.14",
        r"too many hops",
        r"hop count exceeded",
        r"exceeded \d{1,3} hops",
        r"too many ['\"]?received",
        r"(?:mail|routing|message|email)[ -]loop",
        r"loop detected",
        r"is looping",
        r"loops? back to (?:myself|me|itself)",
    ),
    _rule(
        "dns_trouble",
        UNREACHABLE,
        "Postfix: its words for a DNS that did not answer hold those for a missing domain",
        r"host not found, try again",
        r"temporary (?:dns|name server|name resolution)",
        r"\bservfail\b",
    ),
    _rule(
        "local_delivery",
        CONFIGURATION,
        "Sendmail, procmail, Exim: the recipient's system cannot write what it has taken",
        r"can not (?:create|open)\b",
        r"could not (?:create|open)\b",
        r"command died",
        r"i/o error",
        r"mailer error",
        r"no such file",
        r"local (?:configuration|delivery) (?:error|problem)",
        r"server configuration (?:error|problem)",
    ),
    _rule(
        "no_valid_recipients",
        UNCLEAR,
        "Postfix 554 5.5.1 and others in answer to DATA, after each recipient was refused",
        r"no valid recipients?\b",
        r"need rcpt",
        r"no recipients? (?:have been|has been|were|was) (?:specified|accepted)",
    ),
    _rule(
        "email_authentication",
        CONTENT,
        "RFC 7372; RFC 7489 section 10.3; Google 5.7.26; Microsoft 5.7.509 and 5.7.515",
        r"\bdmarc",
        r"\bdkim",
        r"\bspf\b",
        r"sender policy framework",
        r"unauthenticated (?:email|mail|message)",
        r"sender is unauthenticated",
        r"authentication (?:checks?|levels?|results?|requirements?)\b",
        r"rfc ?5322",
        r"5\.7\.26\b",
    ),
    _rule(
        "sender_verification",
        SENDER,
        "Exim, sender callouts: they quote what the sender's own server said of the sender",
        r"sender verif\w{1,8} (?:fail|callout)",
        r"sender verify",
        r"(?:callback|callout) (?:setup failed|verification)",
    ),
    # --- The sending server: login, relaying, encryption, greeting ----------------------------
    _rule(
        "starttls_first",
        LOGIN,
        "RFC 3207 section 4: 530 Must issue a STARTTLS command first",
        r"must (?:first )?(?:issue|use|send) (?:an? )?(?:starttls|tls)",
        r"(?:starttls|tls|ssl|encryption) (?:is )?(?:required|needed)[^.]{0,30}auth",
        r"encryption required for requested authentication",
    ),
    _rule(
        "account_stopped",
        LOGIN,
        "Amazon SES 554 Sending paused; the words of several providers for a stopped account",
        r"sending (?:is |was |has been )?(?:paused|suspended|disabled|blocked)",
        r"mail sending denied",
        r"your (?:\w{1,12} )?account (?:\w{1,5} ){0,3}(?:suspended|disabled|blocked|paused|locked"
        r"|closed)",
        r"your smtp account is not (?:yet )?activated",
    ),
    _rule(
        "relay",
        LOGIN,
        "RFC 5321 section 3.6.2; Postfix, Exim, Sendmail, Exchange 5.7.54 and 5.7.64, qmail",
        r"relay(?:ing|ed)?(?: access| mail| email)? (?:is |was )?(?:currently )?"
        r"(?:denied|not (?:permitted|allowed|authorized|possible)|prohibited|refused|disallowed"
        r"|rejected)",
        r"(?:denied|disallowed|prohibited|refused|forbidden)[^.]{0,10} relay",
        r"(?:unable to|can not|do(?:es)? not|will not|not|not configured to|no|never) "
        r"(?:open |allowed to |permitted to |authorized to |permit |allow |an open )?relay",
        r"relaying to @?.{0,80}(?:denied|prohibited|not allowed|by this)",
        r"credentials for relay",
        r"list of allowed rcpthosts",
        r"proper authentication required",
        r"pop[- ]before[- ]smtp",
    ),
    _rule(
        "login",
        LOGIN,
        "RFC 4954; Google, Amazon SES, SendGrid, Exim, hMailServer, MailEnable, Postfix",
        r"auth(?:entication)? (?:is )?(?:required|needed|first)|must be authenticated",
        r"auth(?:entication)? (?:has |was )?(?:failed|failure|unsuccessful|credentials|rejected"
        r"|not accepted|denied|error|mechanism)",
        r"(?:requires?|need|without|use|enable|turn on|must issue an?) (?:smtp |valid "
        r"|proper )?auth",
        r"(?:must|please|need to|have to) (?:first )?(?:log ?in|authenticate)",
        r"not (?:been )?(?:authenticated|logged ?in)",
        r"unauthenticated senders?",
        r"too many unauthenticated commands",
        r"(?:invalid|bad|incorrect|wrong|unknown|expired) (?:user ?names?|logins?|passwords?"
        r"|credentials?"
        r"|authentication|api ?key|token)",
        r"user ?names? (?:and|or) passwords? (?:is |are )?(?:not accepted|incorrect|wrong|invalid)",
        r"(?:password|login)[^.]{0,20}(?:incorrect|wrong|failed|expired|denied)",
        r"not authorized to perform",
        r"unable to authenticate",
    ),
    _rule(
        "encryption_required",
        CONFIGURATION,
        "RFC 3463 x.7.10; RFC 8689; Google 421 4.7.0 TLS required",
        r"(?:starttls|tls|ssl|encryption|encrypted connection) (?:\w{1,10} )?"
        r"(?:required|needed|mandatory|negotiation)",
        r"requires? (?:starttls|tls|ssl|encryption|an encrypted)",
    ),
    _rule(
        "smtputf8",
        CONFIGURATION,
        "RFC 6531 section 3.5, x.6.7 to x.6.10",
        r"smtputf8",
        r"non-?ascii (?:address|character)",
        r"internationali[sz]ed (?:email|address)",
    ),
    _rule(
        "greeting_name",
        CONFIGURATION,
        "RFC 5321 section 4.1.4; Postfix reject_invalid_helo_hostname and its kin, Exim",
        r"\b(?:helo|ehlo)\b[^.]{0,40}(?:reject|invalid|bad|not|mismatch|fail|forged|need)",
        r"(?:invalid|bad|forged|missing) (?:helo|ehlo)",
        r"need fully[- ]qualified hostname",
    ),
    # --- The mailbox is full, the message is too big ------------------------------------------
    _rule(
        "server_full",
        FULL,
        "RFC 5321 section 4.2.2, 452; RFC 3463 x.3.1: the disk of the server, not a mailbox",
        r"(?:insufficient|not enough|no|out of) (?:system|disk|server) (?:storage|space)",
        r"insufficient disk",
    ),
    _rule(
        "full",
        FULL,
        "RFC 3463 x.2.2; Postfix, Dovecot, Courier, Zimbra, Google, Exchange",
        r"(?:mailbox|inbox|account|user|storage|disk|quota)[^.]{0,50}"
        r"(?:\bfull\b|over[- ]?quota|over (?:its |the |their |his "
        r"|allowed )?(?:\w{1,10} )?(?:quota|limit)"
        r"|exceed|no space|out of (?:storage|space))",
        r"recipient[^.]{0,50}(?:\bfull\b|over[- ]?quota|exceeded (?:\w{1,8} )?(?:quota|storage))",
        r"over ?quota|reached (?:\w{1,8} ){0,2}quota",
        r"exceed[^.]{0,30}(?:\bquota|storage)",
        r"(?:insufficient|no|out of) (?:\w{1,10} ){0,2}(?:storage|disk ?space"
        r"|mailbox space)",
        r"(?:out of|no) space",
        r"not (?:have )?enough (?:\w{1,10} )?(?:space|storage)",
        r"mailbox size",
        r"(?:mailbox|quota|storage)[^.]{0,30}(?:exhausted|reached its)|allowed storage space",
        r"(?:mailbox|quota) (?:\w{1,8} )?(?:limit|violation)",
        r"(?:blocks|inode) limit exceeded",
    ),
    _rule(
        "too_big",
        BIG,
        "RFC 1870 section 6; RFC 3463 x.2.3 and x.3.4; Postfix, Google, Exchange, qmail",
        r"(?:message|mail|size|attachment|content|data|header)[^.]{0,40}"
        r"(?:too (?:big|large)|exceed|larger than|bigger than|over (?:the )?(?:maximum"
        r"|limit))",
        r"(?:message|data|content|headers?|lines?) (?:is |are )?too long",
        r"exceed[^.]{0,40}(?:message|maximum|max|databytes|limit)[^.]{0,20}\bsize",
        r"size[- ]?limit",
        r"databytes limit",
        r"too (?:big|large) (?:a )?(?:message|mail|attachment)",
    ),
    # --- Policy: its words speak of users, domains and addresses as well ----------------------
    _rule(
        "blocked_mailbox",
        DISABLED,
        "Free.fr, mail.ru, Yandex and others for a mailbox that was switched off",
        MAILBOX + r" (?:is |was |has been |have been )(?:temporarily )?(?:blocked|locked) "
        r"(?:due to|for|because of) (?:inactivity|non-?use)",
        MAILBOX + r" (?:is |was |has been )(?:temporarily )?(?:locked|frozen)\b",
        digits="5",
    ),
    _rule(
        "spam",
        CONTENT,
        "Spamhaus and other lists; the words of spam and virus filters everywhere",
        r"(?<![.\w-])(?:anti-?)?spam\w{0,12}\b(?!\.[a-z])",
        r"spamhaus|spamcop|\bsorbs\b|barracudacentral|uceprotect",
        r"(?:black|block|deny|reject)[- ]?list",
        r"\bblocked\b",
        r"\bblocking\b",
        r"\brbls?\b|\bdnsbl",
        r"listed (?:at|in|by|on) \S{0,60}\.",
        r"reputation",
        r"virus|malware|phish|infected|trojan",
        r"\bbanned\b",
        r"\bjunk\b",
        r"dial-?up|(?:dynamic|transient) ip",
        r"unsolicited|bulk mail",
        r"\babus",
        r"suspicio|forged",
        r"illegal attachment|potential security issue|attachment type",
        r"(?:poor|bad|low) (?:ip |sender )?(?:score|rating)",
        r"gtube",
    ),
    _rule(
        "reverse_dns",
        CONTENT,
        "RFC 7372 x.7.25; Postfix reject_unknown_client_hostname, Sendmail, GMX, T-Online",
        r"reverse (?:dns|host|name|address|lookup|ip)",
        r"\brdns\b",
        r"\bptr\b",
        r"can not find your (?:reverse )?host ?name",
        r"fcrdns",
    ),
    # --- The sender's address -----------------------------------------------------------------
    _rule(
        "sender_not_verified",
        SENDER,
        "Amazon SES 554, SendGrid 550, Postmark, Brevo, Mailjet: senders are verified there first",
        r"email address is not verified",
        r"identit(?:y|ies) failed the check",
        r"verified sender",
        r"sender (?:address |identity |signature )?(?:is |was |has )?not (?:been )?(?:verified"
        r"|valid)",
        r"not a (?:valid )?sender signature",
        r"sender signature",
        r"from(?: ?:)? (?:address )?(?:is |was )?not (?:verified|one of)",
        r"unverified (?:sender|domain|from)",
        r"domain is not verified",
    ),
    _rule(
        "sender",
        SENDER,
        "Postfix and Exim sender checks; RFC 3463 x.1.7 and x.1.8; GMX, IONOS, QQ, 163, Zoho",
        r"sender(?: email| envelope)?(?: address| domain| verify| verification"
        r"| id)?(?: @)?:? ?(?:is |was )?"
        r"(?:rejected|refused|denied|not|fail|invalid|unknown|does|blocked|must|has no|has null"
        r"|has a null)",
        r"(?:invalid|unknown|bad|illegal|unacceptable) (?:envelope )?(?:sender|return[- ]path"
        r"|mail from|"
        r"from[: ]address|originator)",
        r"domain (?:name required for|of) sender",
        r"sender'?s? domain",
        r"(?:mail )?from(?: ?:)? ?(?:address|header|domain)?(?: field)?[^.]{0,20}(?:must"
        r"|does not match|"
        r"not allowed|not permitted|not owned|not match|invalid|rejected|is not one of)",
        r"not owned by (?:user|auth)",
        r"not allowed to (?:send|use)[^.]{0,20}(?:as|from|sender|this)",
        r"send(?:ing)? (?:as|on behalf of) \S{1,80} (?:is )?(?:denied|not)",
        r"can not send (?:as|from)",
        r"badmailfrom|envelope sender",
        r"null sender",
        r"no such sender|sender you used",
        r"@ from:? ?domain|domain of @? ?(?:in )?(?:mail )?from",
        r"return[- ]path[^.]{0,40}(?:not|invalid|reject)",
    ),
    _rule(
        "policy",
        CONTENT,
        "RFC 3463 x.7.0 to x.7.2; the words of Postfix, Exim, Exchange, Mimecast for a local rule",
        r"\bpolic(?:y|ies)\b",
        r"content[- ](?:filter|reject|denied|refused|restrict|block)",
        r"(?:message|mail|email) (?:content|rejected|refused|denied)",
        r"access (?:is |was )?denied",
        r"not (?:been )?authori[sz]ed",
        r"permission",
        r"not (?:in|on) (?:\w{1,10} )?(?:white|allow|safe)[- ]?list",
        r"administrative(?:ly)? (?:prohibit|denied|reject|refus)",
        r"prohibit|\bforbidden",
        r"restricted",
        r"(?:delivery|mail|message) (?:is |was )?not (?:allowed|permitted)",
        r"rejected (?:by|due to|for|as|because)[^.]{0,30}(?:rule|filter|security|recipient's"
        r"|header|content)",
        r"user (?:has )?rejected|refused by (?:the )?recipient",
        r"security",
        r"mail re(?:jected|jete)",
    ),
    # --- The recipient ------------------------------------------------------------------------
    _rule(
        "mailbox_unavailable",
        UNKNOWN,
        "Outlook.com and GMX answer RCPT with exactly this for an address that does not exist",
        r"^(?:5\.[015]\.\d )?requested action not taken: ?mailbox unavailable(?! or)",
        digits="5",
        commands=(RCPT, None),
    ),
    _rule(
        "disabled",
        DISABLED,
        "RFC 3463 x.2.1; Google, Yahoo, mail.ru, hMailServer",
        MAILBOX + r"[^.]{0,40}(?:disabled|suspended|inactive|deactivated|hangup|has expired|"
        r"discontinued|terminated|not active|is closed|been closed)",
        r"(?:disabled|suspended|inactive|deactivated|locked|expired|discontinued|terminated"
        r"|closed) "
        r"(?:\w{1,10} )?" + MAILBOX,
    ),
    _rule(
        "moved",
        MOVED,
        "RFC 5321 section 4.2.2, 551; RFC 3463 x.1.6; notes of companies for who has left",
        r"user not local[;,:.]? ?(?:please )?try",
        r"no longer (?:with|employed|working|works? (?:for|at|here|with|in))",
        r"no longer at this (?:address|company|organi)",
        r"\b" + WHO + r"[^.]{0,40} has (?:moved|been replaced)",
        r"has left (?:the |our )?(?:company|organi|university|school|firm)",
        r"(?:address|mailbox) (?:has )?(?:changed|moved) to",
    ),
    _rule(
        "no_mail_domain",
        DOMAIN,
        "RFC 7505; RFC 7504; Exim, qmail, OpenSMTPD, Exchange 5.4.310",
        r"null ?mx",
        r"nxdomain",
        r"indicated no smtp service",
        r"(?:domain|host) does not accept (?:any )?mail",
        r"could not find any (?:mail exchanger|host)",
        r"could not find a mail exchanger",
        r"no mx (?:record )?found",
        r"all relevant mx records point to non-existent hosts",
        r"not able to find the recipient domain",
        r"domain \S{1,255} does not accept mail",
        r"dns domain \S{1,255} does not exist",
    ),
    _rule(
        "domain",
        DOMAIN,
        "RFC 3463 x.1.2; Postfix, Sendmail, qmail, Exim",
        r"(?<!your )(?<!message-id )\b(?:host|domain)(?: name)? (?:was |is )?"
        r"(?:not found(?! for your)|unknown|does not exist|not exist)",
        r"(?:unknown|no such|illegal|invalid|bad) (?:mail )?(?:host|domain)\b(?! ?\[)",
        r"(?<!your )(?<!message-id )domain\b[^.]{0,60}"
        r"(?:does not exist|invalid|is unknown|not found)",
    ),
    _rule(
        "unknown_before",
        UNKNOWN,
        "RFC 3463 x.1.1; Postfix, Exim, Sendmail, qmail, Exchange, OpenSMTPD, iCloud",
        r"(?:unknown|invalid|no such|non-?exist\w{0,5}|undefined|unrecogni[sz]ed|illegal|bad"
        r"|unroute?able) (?:" + BETWEEN + r" ){0,2}" + WHO,
        r"not (?:an? )?(?:valid |known |registered |existing )?(?:user|mailbox|recipient)"
        r" (?:of|on|at|in)\b",
        r"not exists? (?:that |the |this )?" + WHO,
        r"inexistent " + WHO,
        r"invalid final delivery user ?id",
        r"not an? (?:registered|known|valid|existing) (?:\w{1,10} )?(?:user|recipient|mailbox)\b",
        r"recip(?:ient)?notfound",
    ),
    _rule(
        "unknown_after",
        UNKNOWN,
        "RFC 3463 x.1.1; Google, Postfix, Dovecot, Domino, mail.ru",
        r"\b" + WHO + r".{0,70}(?:" + MISSING + r")",
    ),
    _rule(
        "unknown_here",
        UNKNOWN,
        "Yahoo, qmail, vpopmail",
        r"not have an? .{0,30}(?:account|mailbox for)",
        r"\bno (?:mailbox|account|user|recipient|one|person)s? .{0,30}"
        r"(?:here|by that|with that|exist|found)",
    ),
    _rule(
        "unknown_elsewhere",
        UNKNOWN,
        "Orange, Laposte, GMX, Telefonica, Libero in their own languages",
        r"(?:adresse|destinataire|utilisateur)[^.]{0,40}(?:invalide|inconnue?|inexistante?)",
        r"(?:empf\S{1,4}nger|benutzer|adresse|postfach)[^.]{0,30}(?:unbekannt|existiert nicht"
        r"|nicht gefunden)",
        r"(?:usuario|destinatario|cuenta|utente|casella)[^.]{0,30}(?:desconocid|inexistente"
        r"|no existe|"
        r"sconosciut|non esiste)",
    ),
    # --- Words that say little: last ----------------------------------------------------------
    _rule(
        "protocol",
        CONFIGURATION,
        "RFC 5321 section 4.2.2, 500 to 504; RFC 3463 x.5.x",
        r"(?:command|verb|parameter)[^.]{0,40}(?:not (?:recogni[sz]ed|implemented|supported"
        r"|understood)|"
        r"unrecogni[sz]ed|unknown|unimplemented)",
        r"(?:unrecogni[sz]ed|unknown|unimplemented|invalid|bad|unsupported) (?:command|parameter"
        r"|sequence|argument)",
        r"syntax error",
        r"protocol (?:error|violation)|synchronization error"
        r"|improper(?: use of)? (?:command )?pipelining",
        r"bare (?:lf|linefeed|newline|cr)",
    ),
    _rule(
        "expired",
        GAVE_UP,
        "RFC 3463 x.4.7; Exim, Exchange, Postfix, Sendmail",
        r"(?:message|delivery) (?:has )?expired|expired message|queue\.expired",
        r"retry time(?:out)? (?:not reached|exceeded|has been exceeded)",
        r"delivery (?:time|attempts)[^.]{0,20}(?:expired|exceeded|failed)",
        r"fail(?:ed|ing) (?:after )?\d{1,3} (?:attempts|times|tries)",
        r"failing for a long time|in (?:the )?queue too long|too long in (?:the )?queue|giving up",
        r"could not be (?:sent|delivered) for",
        r"not send message for past",
    ),
    _rule(
        "unreachable",
        UNREACHABLE,
        "RFC 3463 x.4.1 to x.4.4; Postfix, qmail, Exchange 4.4.316 and its kin",
        r"connection\b.{0,40}(?:refused|reset|timed|dropped|lost|died|failed|closed|timeout)",
        r"(?:unable|not able|failed|can not|could not)(?: to)? (?:connect|establish|reach|resolve)",
        r"name ?server|(?:dns|cname|mx|host(?: ?name)?) (?:error|query|lookup|failure)",
        r"timeout (?:exceeded|waiting)|timeout -|lost connection|timed out while",
        r"no route to host|network (?:is )?(?:unreachable|error)",
        r"(?:tls|dane)\b.{0,40}(?:failed|failure|error)",
    ),
    _rule(
        "delayed",
        BUSY,
        "RFC 5321 section 4.2.1, 4yz; everybody",
        r"temporar",
        r"(?:try|retry)(?: again)?(?: it)? (?:later|in\b|after)",
        r"\btry again",
        r"come back",
        r"\bbusy\b",
        r"too many|too fast|\brate\b|throttl",
        r"(?:not|un)available (?:at|for) (?:the|this|now)",
        r"system (?:resources|overload)|overloaded|insufficient system resources"
        r"|resources? unavailable",
        r"timed out|tls not available",
        r"verification in progress",
        digits="4",
    ),
    _rule(
        "delayed_for_good",
        BUSY,
        "The same words with 5yz: the class is what they say, the code says that it is final",
        r"temporar\w{1,5} (?:fail|unavail|reject|refus|defer|problem|error)",
        r"(?:try|retry)(?: again)? later",
        r"too many (?:messages|errors|emails)",
        r"throttl",
        digits="5",
    ),
)

ENHANCED = {
    "1.1": UNKNOWN,
    "1.2": DOMAIN,
    "1.3": UNKNOWN,
    "1.6": MOVED,
    "1.7": SENDER,
    "1.8": SENDER,
    "1.10": DOMAIN,
    "2.1": DISABLED,
    "2.2": FULL,
    "2.3": BIG,
    "2.4": CONFIGURATION,
    "3.1": FULL,
    "3.2": BUSY,
    "3.3": CONFIGURATION,
    "3.4": BIG,
    "3.5": CONFIGURATION,
    "4.1": UNREACHABLE,
    "4.2": UNREACHABLE,
    "4.3": UNREACHABLE,
    "4.4": UNREACHABLE,
    "4.5": BUSY,
    "4.6": UNREACHABLE,
    "4.7": GAVE_UP,
    "5.1": CONFIGURATION,
    "5.2": CONFIGURATION,
    "5.3": BUSY,
    "5.4": CONFIGURATION,
    "5.5": CONFIGURATION,
    "5.6": LOGIN,
    "6.0": CONTENT,
    "6.1": CONTENT,
    "6.2": CONTENT,
    "6.3": CONTENT,
    "6.4": CONTENT,
    "6.5": CONTENT,
    "6.6": CONTENT,
    "6.7": CONFIGURATION,
    "6.8": CONFIGURATION,
    "6.9": CONFIGURATION,
    "6.10": CONFIGURATION,
    "7.0": CONTENT,
    "7.1": CONTENT,
    "7.2": CONTENT,
    "7.3": CONFIGURATION,
    "7.4": CONFIGURATION,
    "7.5": CONFIGURATION,
    "7.6": CONFIGURATION,
    "7.7": CONTENT,
    "7.8": LOGIN,
    "7.9": LOGIN,
    "7.10": CONFIGURATION,
    "7.11": LOGIN,
    "7.12": LOGIN,
    "7.13": LOGIN,
    "7.14": LOGIN,
    "7.15": CONTENT,
    "7.16": BIG,
    "7.17": MOVED,
    "7.18": DOMAIN,
    "7.19": BUSY,
    "7.20": CONTENT,
    "7.21": CONTENT,
    "7.22": CONTENT,
    "7.23": CONTENT,
    "7.24": CONTENT,
    "7.25": CONTENT,
    "7.26": CONTENT,
    "7.27": SENDER,
    "7.28": BUSY,
    "7.29": CONTENT,
    "7.30": CONFIGURATION,
}
"""By subject and detail of the enhanced code: the IANA registry "SMTP Enhanced Status Codes"
(RFC 3463, 5248, 7372, 7505, 7293, 8689). What is not listed, like x.0.0, tells nothing."""

CODES = {
    (None, 421): BUSY,
    (None, 432): LOGIN,  # RFC 4954 section 6
    (MAIL, 452): BUSY,
    (None, 500): CONFIGURATION,
    (None, 501): CONFIGURATION,
    (None, 502): CONFIGURATION,
    (None, 503): CONFIGURATION,
    (None, 504): CONFIGURATION,
    (MAIL, 501): SENDER,
    (None, 521): DOMAIN,  # RFC 7504 section 3
    (None, 523): LOGIN,
    (None, 525): LOGIN,
    (None, 551): MOVED,
    (RCPT, 552): FULL,
    (None, 552): BIG,
    (MAIL, 553): SENDER,
    (None, 555): CONFIGURATION,
    (None, 556): DOMAIN,  # RFC 7504 section 4
    (None, 571): CONTENT,
    (CONNECT, 521): UNREACHABLE,
    (CONNECT, 554): UNREACHABLE,  # RFC 5321 section 3.1: no SMTP service here
    (CONNECT, 5): UNREACHABLE,
    (EHLO, 5): CONFIGURATION,
    (STARTTLS, 5): CONFIGURATION,
    (AUTH, 500): LOGIN,
    (AUTH, 501): LOGIN,
    (AUTH, 502): LOGIN,
    (AUTH, 503): LOGIN,
    (AUTH, 504): LOGIN,
    (AUTH, 3): LOGIN,  # a challenge where an answer was due: XOAUTH2 refuses so
    (AUTH, 5): LOGIN,
    (MAIL, 5): SENDER,
    (None, 4): BUSY,
    (None, 5): UNCLEAR,
}
"""By command and code, or its first digit where only the digit tells anything; None is any
command. RFC 5321 section 4.2 where nothing else is said."""
