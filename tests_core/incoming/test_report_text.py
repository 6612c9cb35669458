"""Reports that follow no standard, as mail systems of thirty years word them."""

import pytest
from report_mails import UNKNOWN, check, plain

from core.incoming.report import read

QMAIL = """\
Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

"""
QMAIL_COPY = "--- Below this line is a copy of the message."
EXIM = """\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

"""
EXIM_COPY = "------ This is a copy of the message, including all the headers. ------"
SENDMAIL = """\
The original message was received at Tue, 3 Nov 2026 10:00:00 GMT
from odoo.acme.test [198.51.100.7]

   ----- The following addresses had permanent fatal errors -----
"""
SENDMAIL_COPY = "   ----- Message header follows -----"
POSTFIX = """\
This is the mail system at host mx.example.net.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system

"""
GMAIL = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
GMAIL_FAILED = "Delivery to the following recipient failed permanently:\n\n     ada@example.com\n\n"
EXCHANGE = """\
Your message did not reach some or all of the intended recipients.

      Subject:\tYour offer
      Sent:\t11/3/2026 10:00 AM

The following recipient(s) could not be reached:

"""

SHAPES = {
    # --- qmail -------------------------------------------------------------------------------
    "qmail, local": (
        plain(
            QMAIL + "<ada@example.com>:\nSorry, no mailbox here by that name. (#5.1.1)\n",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        UNKNOWN,
    ),
    "qmail, remote": (
        plain(
            QMAIL + "<ada@example.com>:\n192.0.2.25 does not like recipient.\n"
            "Remote host said: 550 5.1.1 <ada@example.com> User unknown\n"
            "Giving up on 192.0.2.25.\n",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        UNKNOWN,
    ),
    "qmail, vpopmail": (
        plain(
            QMAIL + "<ada@example.com>:\n"
            "Sorry, no mailbox here by that name. vpopmail (#5.1.1)\n",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        UNKNOWN,
    ),
    "qmail, vdelivermail over quota": (
        plain(
            QMAIL + "<ada@example.com>:\nUser is over the quota.  You can try again later.\n",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        "ada@example.com failed full",
    ),
    "qmail, account is over quota": (
        plain(
            QMAIL + "<ada@example.com>:\nRecipient's mailbox is full, message returned to "
            "sender. (#5.2.2)\n",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        "ada@example.com failed full",
    ),
    "qmail, no host": (
        plain(
            QMAIL + "<ada@example.com>:\nSorry, I couldn't find any host named example.com. "
            "(#5.1.2)\n",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        "ada@example.com failed bad_domain dead",
    ),
    "qmail, queue too long": (
        plain(
            QMAIL + "<ada@example.com>:\nCNAME lookup failed temporarily. (#4.4.3)\n"
            "I'm not going to try again; this message has been in the queue too long.\n",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        "ada@example.com failed gave_up",
    ),
    "qmail, no smtp connection": (
        plain(
            QMAIL + "<ada@example.com>:\nSorry, I wasn't able to establish an SMTP connection. "
            "(#4.4.1)\nI'm not going to try again; this message has been in the queue too long.\n",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        "ada@example.com failed *",
    ),
    "qmail, after the message": (
        plain(
            QMAIL + "<ada@example.com>:\n192.0.2.25 failed after I sent the message.\n"
            "Remote host said: 554 5.7.1 Message rejected: it looks like spam\n",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        "ada@example.com failed content_refused",
    ),
    "qmail, unknown said after the message": (
        plain(
            QMAIL + "<ada@example.com>:\n192.0.2.25 failed after I sent the message.\n"
            "Remote host said: 550 unknown user\n",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        "ada@example.com failed *",
    ),
    "qmail, sender": (
        plain(
            QMAIL + "<ada@example.com>:\nConnected to 192.0.2.25 but sender was rejected.\n"
            "Remote host said: 553 5.1.8 Domain of sender address bounce@acme.test does not "
            "exist\n",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        "ada@example.com failed sender_refused",
    ),
    "qmail, several": (
        plain(
            QMAIL + "<ada@example.com>:\nThis address no longer accepts mail.\n\n"
            "<bob@example.com>:\nUser unknown\n\n"
            "<eve@example.org>:\n192.0.2.9 does not like recipient.\n"
            "Remote host said: 452 4.2.2 Mailbox full\nGiving up on 192.0.2.9.\n",
            to="ada@example.com, bob@example.com, eve@example.org",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        "ada@example.com failed *; bob@example.com failed recipient_unknown dead; "
        "eve@example.org failed full",
    ),
    "Yahoo": (
        plain(
            "Message from yahoo.com.\nUnable to deliver message to the following address(es).\n\n"
            "<ada@example.com>:\nThis user doesn't have a yahoo.com account (ada@example.com) "
            "[0]\n",
            copy="--- Original message follows.",
            subject="Failure Notice",
        ),
        UNKNOWN,
    ),
    "Yahoo, today": (
        plain(
            "Sorry, we were unable to deliver your message to the following address.\n\n"
            "<ada@example.com>:\n550: 5.1.1 <ada@example.com>: Email address could not be found, "
            "or was misspelled (G8)\n",
            copy="--- Below this line is a copy of the message.",
            subject="Failure Notice",
        ),
        UNKNOWN,
    ),
    "Yahoo, remote": (
        plain(
            "Sorry, we were unable to deliver your message to the following address.\n\n"
            "<ada@example.com>:\nRemote host said:\n550 5.2.1 The email account that you tried "
            "to reach is disabled.  [RCPT_TO]\n",
            copy="--- Below this line is a copy of the message.",
            subject="Failure Notice",
        ),
        "ada@example.com failed disabled",
    ),
    # --- Exim --------------------------------------------------------------------------------
    "Exim, after RCPT": (
        plain(
            EXIM + "  ada@example.com\n    SMTP error from remote mail server after RCPT "
            "TO:<ada@example.com>:\n    host mx.example.com [192.0.2.25]: 550 5.1.1 "
            "<ada@example.com>:\n    Recipient address rejected: User unknown in virtual mailbox "
            "table\n",
            copy=EXIM_COPY,
            subject="Mail delivery failed: returning message to sender",
            x_failed_recipients="ada@example.com",
        ),
        UNKNOWN,
    ),
    "Exim, unrouteable": (
        plain(
            EXIM + "  ada@example.com\n    Unrouteable address\n",
            copy=EXIM_COPY,
            subject="Mail delivery failed: returning message to sender",
            auto_submitted="auto-replied",
            x_failed_recipients="ada@example.com",
        ),
        UNKNOWN,
    ),
    "Exim, after end of data": (
        plain(
            EXIM + "  ada@example.com\n    host mx.example.com [192.0.2.25]\n"
            "    SMTP error from remote mail server after end of data:\n"
            "    550 Rejected: message contains a virus\n",
            copy=EXIM_COPY,
            subject="Mail delivery failed: returning message to sender",
            x_failed_recipients="ada@example.com",
        ),
        "ada@example.com failed content_refused",
    ),
    "Exim, the sender": (
        plain(
            EXIM + "  ada@example.com\n    SMTP error from remote mail server after MAIL "
            "FROM:<bounce@acme.test> SIZE=2000:\n    host mx.example.com [192.0.2.25]: 550 User "
            "unknown\n",
            copy=EXIM_COPY,
            subject="Mail delivery failed: returning message to sender",
            x_failed_recipients="ada@example.com",
        ),
        "ada@example.com failed sender_refused",
    ),
    "Exim, retry timeout": (
        plain(
            EXIM + "  ada@example.com\n    retry timeout exceeded\n",
            copy=EXIM_COPY,
            subject="Mail delivery failed: returning message to sender",
            x_failed_recipients="ada@example.com",
        ),
        "ada@example.com failed gave_up",
    ),
    "Exim, several": (
        plain(
            EXIM + "  ada@example.com\n    (generated from info@example.com)\n    SMTP error from "
            "remote mail server after RCPT TO:<ada@example.com>:\n    host mx.example.com "
            "[192.0.2.25]: 550 No such user here\n  bob@example.org\n    mailbox is full: retry "
            "timeout exceeded\n",
            to="ada@example.com, bob@example.org",
            copy=EXIM_COPY,
            subject="Mail delivery failed: returning message to sender",
            x_failed_recipients="ada@example.com, bob@example.org",
        ),
        UNKNOWN + "; bob@example.org failed full",
    ),
    "Exim, delayed": (
        plain(
            "This message was created automatically by mail delivery software.\nA message that "
            "you sent has not yet been delivered to one or more of its\nrecipients after more "
            "than 24 hours on the queue on mx.example.net.\n\nThe message identifier is:     "
            "1abc-0003-K2\n\nThe address to which the message has not yet been delivered is:\n\n"
            "  ada@example.com\n    Delay reason: SMTP error from remote mail server after RCPT:\n"
            "    450 4.1.1 user unknown\n\nNo action is required on your part. Delivery attempts "
            "will continue for\nsome time, and this warning may be repeated at intervals.\n",
            subject="Warning: message 1abc-0003-K2 delayed 24 hours",
            to_="",
        ),
        "ada@example.com delayed *",
    ),
    "Exim 3": (
        plain(
            "This message was created automatically by mail delivery software (Exim).\n\nA message "
            "that you sent could not be delivered to one or more of its\nrecipients. This is a "
            "permanent error. The following address(es) failed:\n\n  ada@example.com:\n    unknown "
            "local-part \"ada\" in domain \"example.com\"\n",
            copy=EXIM_COPY,
            subject="Mail delivery failed: returning message to sender",
        ),
        UNKNOWN,
    ),
    "GMX": (
        plain(
            "This message was created automatically by mail delivery software.\n\nA message that "
            "you sent could not be delivered to one or more of\nits recipients. This is a "
            "permanent error. The following address\nfailed:\n\n\"ada@example.com\":\nSMTP error "
            "from remote server after RCPT command:\nhost: mx.example.com\n5.1.1 "
            "<ada@example.com>... User is unknown {mx-us004}\n",
            copy="--- The header of the original message is following. ---",
            subject="Mail delivery failed: returning message to sender",
            from_="GMX Mailer Daemon <mailer-daemon@gmx.example>",
        ),
        UNKNOWN,
    ),
    "GMX, mailbox is full": (
        plain(
            "This message was created automatically by mail delivery software.\n\nA message that "
            "you sent could not be delivered to one or more of\nits recipients. This is a "
            "permanent error. The following address\nfailed:\n\n<ada@example.com>:\ndelivering to "
            "remote mailbox was not possible: mailbox full\n",
            copy="--- The header of the original message is following. ---",
            subject="Mail delivery failed: returning message to sender",
        ),
        "ada@example.com failed full",
    ),
    "1&1": (
        plain(
            "This message was created automatically by mail delivery software.\n\nA message that "
            "you have sent could not be delivered to one or more\nrecipients. This is a permanent "
            "error.  The following address failed:\n\n  <ada@example.com>: 550 5.1.1 "
            "RESOLVER.ADR.RecipNotFound; not found\n",
            copy="--- The header of the original message is following. ---",
            subject="Mail delivery failed: returning message to sender",
        ),
        UNKNOWN,
    ),
    "T-Online (smail)": (
        plain(
            "|------------------------- Message log follows: -------------------------|\n"
            " no valid recipients were found for this message\n"
            "|------------------------- Failed addresses follow: ---------------------|\n"
            " <ada@example.com> ... unknown user\n",
            copy="|------------------------- Message text follows: ------------------------|",
            subject="mail failed, returning to sender",
        ),
        UNKNOWN,
    ),
    "Web.de, in German": (
        plain(
            "Ihre E-Mail konnte nicht zugestellt werden.\n\nDiese Nachricht wurde automatisch "
            "erzeugt.\n\n<ada@example.com>:\n550 Der Empfänger ist unbekannt. Requested action "
            "not taken: mailbox unavailable\n",
            subject="Unzustellbar: Ihr Angebot",
        ),
        UNKNOWN,
    ),
    # --- Sendmail ----------------------------------------------------------------------------
    "Sendmail 8, reason": (
        plain(
            SENDMAIL + "<ada@example.com>\n    (reason: 550 5.1.1 <ada@example.com>... User "
            "unknown)\n\n   ----- Transcript of session follows -----\n... while talking to "
            "mx.example.com.:\n>>> DATA\n<<< 550 5.1.1 <ada@example.com>... User unknown\n550 "
            "5.1.1 <ada@example.com>... User unknown\n<<< 503 5.0.0 Need RCPT (recipient)\n",
            copy=SENDMAIL_COPY,
            subject="Returned mail: see transcript for details",
            auto_submitted="auto-generated (failure)",
        ),
        UNKNOWN,
    ),
    "Sendmail 8, spam after the message": (
        plain(
            SENDMAIL + "<ada@example.com>\n    (reason: 550 5.7.1 Message content rejected, UBE)"
            "\n\n   ----- Transcript of session follows -----\n... while talking to "
            "mx.example.com.:\n>>> DATA\n<<< 550 5.7.1 Message content rejected, UBE\n550 "
            "5.1.1 <ada@example.com>... User unknown\n",
            copy=SENDMAIL_COPY,
            subject="Returned mail: see transcript for details",
        ),
        "ada@example.com failed content_refused",
    ),
    "Sendmail 8, spam without reason": (
        plain(
            SENDMAIL + "<ada@example.com>\n\n   ----- Transcript of session follows -----\n... "
            "while talking to mx.example.com.:\n>>> DATA\n<<< 550 Your message looks like spam\n"
            "550 <ada@example.com>... User unknown\n",
            copy=SENDMAIL_COPY,
            subject="Returned mail: User unknown",
        ),
        "ada@example.com failed content_refused",
    ),
    "Sendmail 8.9, RCPT": (
        plain(
            SENDMAIL + "<ada@example.com>\n\n   ----- Transcript of session follows -----\n... "
            "while talking to mx.example.com.:\n>>> RCPT To:<ada@example.com>\n<<< 550 "
            "<ada@example.com>... User unknown\n550 <ada@example.com>... User unknown\n",
            copy="   ----- Original message follows -----",
            subject="Returned mail: User unknown",
        ),
        UNKNOWN,
    ),
    "Sendmail 8.9, sender": (
        plain(
            SENDMAIL + "<ada@example.com>\n\n   ----- Transcript of session follows -----\n... "
            "while talking to mx.example.com.:\n>>> MAIL From:<bounce@acme.test>\n<<< 550 "
            "unknown user\n554 <ada@example.com>... Service unavailable\n",
            copy="   ----- Original message follows -----",
            subject="Returned mail: Service unavailable",
        ),
        "ada@example.com failed sender_refused",
    ),
    "Sendmail 8, host unknown": (
        plain(
            SENDMAIL + "<ada@example.com>\n\n   ----- Transcript of session follows -----\n550 "
            "<ada@example.com>... Host unknown (Name server: example.com: host not found)\n",
            copy="   ----- Original message follows -----",
            subject="Returned mail: Host unknown (Name server: example.com: host not found)",
        ),
        "ada@example.com failed bad_domain dead",
    ),
    "Sendmail 8, several": (
        plain(
            SENDMAIL + "<ada@example.com>\n    (reason: 550 5.1.1 User unknown)\n<bob@example.org>"
            "\n    (reason: 552 5.2.2 Over quota)\n\n   ----- Transcript of session follows -----"
            "\n... while talking to mx.example.com.:\n>>> DATA\n<<< 550 5.1.1 User unknown\n550 "
            "5.1.1 <ada@example.com>... User unknown\n<<< 503 5.0.0 Need RCPT (recipient)\n... "
            "while talking to mx.example.org.:\n<<< 552 5.2.2 Over quota\n554 5.0.0 "
            "<bob@example.org>... Service unavailable\n",
            to="ada@example.com, bob@example.org",
            copy=SENDMAIL_COPY,
            subject="Returned mail: see transcript for details",
        ),
        UNKNOWN + "; bob@example.org failed full",
    ),
    "Sendmail, warning": (
        plain(
            "    **********************************************\n    **      THIS IS A WARNING "
            "MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    "
            "**********************************************\n\nThe original message was received "
            "at Tue, 3 Nov 2026 10:00:00 GMT\nfrom odoo.acme.test [198.51.100.7]\n\n   ----- The "
            "following addresses had transient non-fatal errors -----\n<ada@example.com>\n\n   "
            "----- Transcript of session follows -----\n<ada@example.com>... Deferred: Connection "
            "refused by mx.example.com.\nWarning: message still undelivered after 4 hours\nWill "
            "keep trying until message is 5 days old\n",
            copy="   ----- Original message follows -----",
            subject="Warning: could not send message for past 4 hours",
        ),
        "ada@example.com delayed server_unreachable",
    ),
    "Sendmail 5": (
        plain(
            "   ----- Transcript of session follows -----\n>>> RCPT To:<ada@example.com>\n<<< 550 "
            "<ada@example.com>... User unknown\n550 <ada@example.com>... User unknown\n",
            copy="   ----- Unsent message follows -----",
            subject="Returned mail: User unknown",
        ),
        UNKNOWN,
    ),
    "Sendmail, cannot connect": (
        plain(
            SENDMAIL + "ada@example.com\n\n   ----- Transcript of session follows -----\n"
            "ada@example.com... Deferred: Connection timed out with mx.example.com.\nMessage could "
            "not be delivered for 5 days\nMessage will be deleted from queue\n",
            copy="   ----- Original message follows -----",
            subject="Returned mail: Cannot send message within 5 days",
        ),
        "ada@example.com failed *",
    ),
    # --- Postfix -----------------------------------------------------------------------------
    "Postfix, text": (
        plain(
            POSTFIX + "<ada@example.com>: host mx.example.com[192.0.2.25] said: 550 5.1.1\n    "
            "<ada@example.com>: Recipient address rejected: User unknown in local\n    recipient "
            "table (in reply to RCPT TO command)\n",
        ),
        UNKNOWN,
    ),
    "Postfix, host not found": (
        plain(
            POSTFIX + "<ada@example.com>: Host or domain name not found. Name service error for\n"
            "    name=example.com type=A: Host not found\n",
        ),
        "ada@example.com failed bad_domain dead",
    ),
    "Postfix, local unknown": (
        plain(POSTFIX + '<ada@example.com>: unknown user: "ada"\n'),
        UNKNOWN,
    ),
    "Postfix, timed out": (
        plain(
            POSTFIX + "<ada@example.com>: connect to mx.example.com[192.0.2.25]:25: Connection "
            "timed out\n",
        ),
        "ada@example.com failed server_unreachable",
    ),
    "Postfix, forwarded address": (
        plain(
            POSTFIX + "<ada@elsewhere.example> (expanded from <ada@example.com>): host\n    "
            "mx.elsewhere.example[192.0.2.26] said: 550 5.1.1 User unknown (in reply to\n    RCPT "
            "TO command)\n",
        ),
        "ada@elsewhere.example|ada@example.com failed recipient_unknown dead",
    ),
    # --- Google ------------------------------------------------------------------------------
    "Gmail": (
        plain(
            GMAIL_FAILED + "Technical details of permanent failure: \nGoogle tried to deliver your "
            "message, but it was rejected by the server for the recipient domain example.com by "
            "mx.example.com. [192.0.2.25].\n\nThe error that the other server returned was:\n550 "
            "5.1.1 <ada@example.com>: Recipient address rejected: User unknown in virtual mailbox "
            "table\n",
            copy="----- Original message -----",
            subject="Delivery Status Notification (Failure)",
            from_=GMAIL,
            x_failed_recipients="ada@example.com",
        ),
        UNKNOWN,
    ),
    "Gmail, short": (
        plain(
            GMAIL_FAILED + "Technical details of permanent failure:\nGoogle tried to deliver your "
            "message, but it was rejected by the recipient domain. We recommend contacting the "
            "other email provider for further information about the cause of this error. The error "
            "that the other server returned was: 550 550 User unknown (state 14).\n",
            copy="----- Original message -----",
            subject="Delivery Status Notification (Failure)",
            from_=GMAIL,
            x_failed_recipients="ada@example.com",
        ),
        UNKNOWN,
    ),
    "Gmail, DNS": (
        plain(
            GMAIL_FAILED + "Technical details of permanent failure:\nDNS Error: Domain name not "
            "found\n",
            copy="----- Original message -----",
            subject="Delivery Status Notification (Failure)",
            from_=GMAIL,
            x_failed_recipients="ada@example.com",
        ),
        "ada@example.com failed bad_domain dead",
    ),
    "Gmail, delayed": (
        plain(
            "This is an automatically generated Delivery Status Notification\n\nTHIS IS A WARNING "
            "MESSAGE ONLY.\n\nYOU DO NOT NEED TO RESEND YOUR MESSAGE.\n\nDelivery to the following "
            "recipient has been delayed:\n\n     ada@example.com\n\nMessage will be retried for 2 "
            "more day(s)\n\nTechnical details of temporary failure:\nThe recipient server did not "
            "accept our requests to connect.\n",
            copy="----- Original message -----",
            subject="Delivery Status Notification (Delay)",
            from_=GMAIL,
        ),
        "ada@example.com delayed *",
    ),
    "Gmail, today": (
        plain(
            "** Address not found **\n\nYour message wasn't delivered to ada@example.com because "
            "the address couldn't be found, or is unable to receive mail.\n\nLearn more here: "
            "https://support.google.com/mail/?p=NoSuchUser\n\nThe response was:\n\nThe email "
            "account that you tried to reach does not exist. Please try double-checking the "
            "recipient's email address for typos.\n",
            subject="Delivery Status Notification (Failure)",
            from_=GMAIL,
            x_failed_recipients="ada@example.com",
            auto_submitted="auto-replied",
        ),
        UNKNOWN,
    ),
    "Google Groups": (
        plain(
            "Hello sales@acme.test,\n\nWe're writing to let you know that the group you tried to "
            "contact (team) may not exist, or you may not have permission to post messages to the "
            "group.\n\nIf you have questions related to this or any other Google Group, visit the "
            "Help Center.\n",
            copy="----- Original message -----",
            to="team@example.com",
            subject="Delivery Status Notification (Failure)",
            from_=GMAIL,
            x_failed_recipients="team@example.com",
        ),
        "team@example.com failed *",
    ),
    # --- Microsoft ---------------------------------------------------------------------------
    "Exchange 2000": (
        plain(
            EXCHANGE + "      ada@example.com on 11/3/2026 10:00 AM\n            The e-mail account "
            "does not exist at the organization this message was sent to.  Check the e-mail "
            "address, or contact the recipient directly to find out the correct address.\n"
            "            <mx.example.com #5.1.1>\n",
            subject="Undeliverable: Your offer",
            from_="System Administrator <postmaster@example.com>",
        ),
        UNKNOWN,
    ),
    "Exchange 2000, too large": (
        plain(
            EXCHANGE + "      ada@example.com on 11/3/2026 10:00 AM\n            This message is "
            "larger than the current system limit or the recipient's mailbox is full.  Create a "
            "shorter message body or remove attachments and try sending it again.\n            "
            "<mx.example.com #5.2.3>\n",
            subject="Undeliverable: Your offer",
            from_="System Administrator <postmaster@example.com>",
        ),
        "ada@example.com failed *",
    ),
    "Exchange 5.5": (
        plain(
            "Your message\n\n  To:      ada@example.com\n  Subject: Your offer\n  Sent:    Tue, 3 "
            "Nov 2026 10:00:00 +0000\n\ndid not reach the following recipient(s):\n\n"
            "ada@example.com on Tue, 3 Nov 2026 10:00:05 +0000\n    The recipient name is not "
            "recognized\n    The MTS-ID of the original message is: c=US;a= ;p=Example;l=EX-2611\n"
            "    MSEXCH:IMS:Example:HQ:EX 0 (000C05A6) Unknown Recipient\n",
            subject="Undeliverable: Your offer",
            from_="System Administrator <postmaster@example.com>",
        ),
        UNKNOWN,
    ),
    "Exchange 2007": (
        plain(
            "Delivery has failed to these recipients or distribution lists:\n\nada@example.com\nThe "
            "recipient's e-mail address was not found in the recipient's e-mail system. Microsoft "
            "Exchange will not try to redeliver this message for you. Please check the e-mail "
            "address and try resending this message, or provide the following diagnostic text to "
            "your system administrator.\n\nSent by Microsoft Exchange Server 2007\n\nDiagnostic "
            "information for administrators:\n\nGenerating server: ex.example.com\n\n"
            "ada@example.com\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\nOriginal "
            "message headers:\n\nReceived: from odoo.acme.test by ex.example.com\nFrom: "
            "sales@acme.test\nTo: ada@example.com\nMessage-ID: "
            "<170.1-openerp-12-crm.lead@odoo.acme.test>\n",
            subject="Undeliverable: Your offer",
            from_="postmaster@example.com",
        ),
        UNKNOWN,
    ),
    "Office 365": (
        plain(
            "Your message to ada@example.com couldn't be delivered.\n\nada wasn't found at "
            "example.com.\n\nsales      Office 365      ada\nAction Required           Recipient\n"
            "Unknown To address\n\nHow to Fix It\nThe address may be misspelled or may not exist. "
            "Contact the recipient by some other means.\n\nMore Info for Email Admins\nStatus code: "
            "550 5.1.10\n\nError: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient "
            "ada@example.com not found by SMTP address lookup\nMessage rejected by: ex.example.com"
            "\n",
            subject="Undeliverable: Your offer",
            from_="Microsoft Outlook <postmaster@outlook.example>",
        ),
        UNKNOWN,
    ),
    "IIS SMTP": (
        plain(
            "This is an automatically generated Delivery Status Notification.\n\nDelivery to the "
            "following recipients failed.\n\n       ada@example.com\n",
            subject="Delivery Status Notification (Failure)",
            from_="postmaster@mail.example.com",
        ),
        "ada@example.com failed unclear",
    ),
    # --- Others ------------------------------------------------------------------------------
    "AOL": (
        plain(
            "The original message was received at Tue, 3 Nov 2026 10:00:00 GMT\nfrom "
            "odoo.acme.test [198.51.100.7]\n\n*** ATTENTION ***\n\nYour e-mail is being returned to "
            "you because there was a problem with its\ndelivery.  The address which was "
            "undeliverable is listed in the section\nlabeled: \"----- The following addresses had "
            "permanent fatal errors -----\".\n\n   ----- The following addresses had permanent "
            "fatal errors -----\n<ada@example.com>\n\n   ----- Transcript of session follows "
            "-----\n... while talking to air-xx.mail.aol.example.:\n>>> RCPT To:<ada@example.com>\n"
            "<<< 550 MAILBOX NOT FOUND\n550 <ada@example.com>... User unknown\n",
            copy="   ----- Original message follows -----",
            subject="Returned mail: User unknown",
        ),
        UNKNOWN,
    ),
    "AOL, screen name": (
        plain(
            "The mail you sent could not be delivered to:\n\n550 adalovelace is not a known user\n",
            copy="   ----- Original message follows -----",
            to="adalovelace@aol.example",
            subject="Returned mail: User unknown",
        ),
        "adalovelace@aol.example failed *",
    ),
    "Lotus Domino": (
        plain(
            "------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\n"
            "ada@example.com\n\n------- Returned Message --------\n\nReceived: from odoo.acme.test\n"
            "From: sales@acme.test\nTo: ada@example.com\nSubject: Your offer\n",
            subject="DELIVERY FAILURE: User not listed in public Name & Address Book",
            from_="Mail Router <postmaster@domino.example.com>",
        ),
        UNKNOWN,
    ),
    "Domino, later": (
        plain(
            "Your message\n\n  Subject: Your offer\n\nwas not delivered to:\n\n  ada@example.com\n\n"
            "because:\n\n  User ada (ada@example.com) not listed in Domino Directory\n",
            subject="DELIVERY FAILURE: User ada (ada@example.com) not listed in Domino Directory",
            from_="postmaster@domino.example.com",
        ),
        UNKNOWN,
    ),
    "Courier": (
        plain(
            "This is a delivery status notification from mx.example.net,\nrunning the Courier mail "
            "server, version 0.75.\n\nThe original message was received on Tue, 3 Nov 2026 10:00:00 "
            "+0000\nfrom odoo.acme.test\n\n---------------------------------------------------------"
            "------------------\n\n                           UNDELIVERABLE MAIL\n\nYour message to "
            "the following recipients cannot be delivered:\n\n<ada@example.com>:\n    "
            "mx.example.com [192.0.2.25]:\n>>> RCPT TO:<ada@example.com>\n<<< 550 User unknown.\n\n"
            "---------------------------------------------------------------------------\n",
            subject="NOTICE: mail delivery status.",
            from_='"Courier mail server at mx.example.net" <@mx.example.net>',
        ),
        UNKNOWN,
    ),
    "IMail": (
        plain(
            "Unknown user: ada@example.com\n\nRCPT TO generated following response:\n550 5.1.1 No "
            "such user\n",
            copy="Original message follows.",
            subject="Undeliverable Mail",
            from_="postmaster@imail.example.net",
            x_mailer="<SMTP32 v8.22>",
        ),
        UNKNOWN,
    ),
    "IMail, full": (
        plain(
            "User mailbox exceeds allowed size: ada@example.com\n",
            copy="Original message follows.",
            subject="Undeliverable Mail",
            from_="postmaster@imail.example.net",
        ),
        "ada@example.com failed full",
    ),
    "IMail, undeliverable to": (
        plain(
            "undeliverable to ada@example.com\n",
            copy="Original message follows.",
            subject="Undeliverable Mail",
            from_="postmaster@imail.example.net",
        ),
        "ada@example.com failed unclear",
    ),
    "smtp32, delivery failed 20 attempts": (
        plain(
            "delivery failed 20 attempts: ada@example.com\n\n",
            copy="Original message follows.",
            subject="Undeliverable Mail",
            from_="Postmaster <postmaster@imail.example.net>",
        ),
        "ada@example.com failed gave_up",
    ),
    "GroupWise": (
        plain(
            "The message that you sent was undeliverable to the following:\n\tada@example.com "
            "(user not found)\n\nPossibly truncated original message follows:\n\nReceived: from "
            "odoo.acme.test\nFrom: sales@acme.test\nTo: ada@example.com\nSubject: Your offer\n",
            subject="Message status - undeliverable",
            from_="Mailer-Daemon@groupwise.example.com",
        ),
        UNKNOWN,
    ),
    "GroupWise, local name only": (
        plain(
            "The message that you sent was undeliverable to the following:\n\tada (user not "
            "found)\n",
            copy="Possibly truncated original message follows:",
            subject="Message status - undeliverable",
            from_="Mailer-Daemon@groupwise.example.com",
        ),
        "ada@example.com failed *",
    ),
    "Novell NIMS": (
        plain(
            "The message that you sent to\n  ada@example.com\ncould not be delivered. The reason "
            "given was: 550 No such user\n",
            copy="----- Original message -----",
            subject="Returned Mail",
            from_="Postmaster <postmaster@nims.example.com>",
        ),
        UNKNOWN,
    ),
    "CommuniGate": (
        plain(
            "Failed to deliver to 'ada@example.com'\nSMTP module(domain example.com) reports:\n host "
            "mx.example.com says:\n 550 5.1.1 unknown user\n",
            subject="Undeliverable mail",
            from_="<>",
        ),
        UNKNOWN,
    ),
    "CommuniGate, local": (
        plain(
            "Failed to deliver to 'ada@example.com'\nLOCAL module(account ada) reports:\n account is "
            "full (quota exceeded)\n",
            subject="Undeliverable mail",
            from_="MAILER-DAEMON@mx.example.net",
        ),
        "ada@example.com failed full",
    ),
    "MDaemon": (
        plain(
            "The following data may contain sections which represent BASE64 encoded file\n"
            "attachments.\n\nThe attached message had PERMANENT fatal delivery errors!\n\nAfter one "
            "or more unsuccessful delivery attempts the attached message has\nbeen removed from the "
            "mail queue on this server.\n\nYOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE "
            "RECIPIENTS!\n\nFailed address: ada@example.com\n\n--- Session Transcript ---\n Tue "
            "2026-11-03 10:00:00: --> RCPT To:<ada@example.com>\n Tue 2026-11-03 10:00:01: <-- 550 "
            "5.1.1 <ada@example.com>: unknown recipient\n--- End Transcript ---\n",
            copy=": Message contains [1] file attachments",
            subject="Permanent Delivery Failure",
            from_="MDaemon at mx.example.net <MDaemon@mx.example.net>",
        ),
        UNKNOWN,
    ),
    "MailEnable": (
        plain(
            "MailEnable: Message could not be delivered to some recipients.\nThe following "
            "recipient(s) could not be reached:\n\n\tRecipient: [SMTP:ada@example.com]\n\tReason: "
            "Remote SMTP Server Returned: 550 5.1.1 <ada@example.com> Mailbox does not exist\n",
            copy="Message headers follow:",
            subject="Message Delivery Failure",
            from_="Postmaster <postmaster@mailenable.example.net>",
        ),
        UNKNOWN,
    ),
    "Mercury": (
        plain(
            "With regard to your message with the following subject:\n  Your offer\n\nThe local mail "
            "transport system has reported the following problems it\nencountered while trying to "
            "deliver your message:\n\n-------------------------------------------------------------"
            "---------------\n*** ada@example.com\n550 5.1.1 User unknown\n-------------------------"
            "---------------------------------------------------\n",
            copy="Original message follows.",
            subject="Message from the mail system",
            from_="Electronic Postmaster <Postmaster@mercury.example.net>",
        ),
        UNKNOWN,
    ),
    "Mimecast": (
        plain(
            "The message you sent to ada@example.com could not be delivered.\n\nRemote server "
            "returned: 550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550\n",
            subject="[Postmaster] Email Delivery Failure",
            from_="Postmaster <postmaster@mimecast.example>",
        ),
        "ada@example.com failed recipient_unknown",
    ),
    "Proofpoint": (
        plain(
            "   ----- The following addresses had permanent fatal errors -----\n<ada@example.com>\n"
            "    (reason: 550 5.1.1 <ada@example.com>: Recipient unknown)\n",
            subject="Returned mail: see transcript for details",
        ),
        UNKNOWN,
    ),
    "Barracuda": (
        plain(
            "Your message to: ada@example.com was considered unsolicited bulk e-mail (UBE)\n\n"
            "Subject: Your offer\n\nDelivery of the email was stopped!\n",
            subject="**Message you sent blocked by our bulk email filter**",
            from_="bulk-filter@barracuda.example.com",
            return_path="<>",
        ),
        "ada@example.com failed content_refused",
    ),
    "Symantec / MessageLabs": (
        plain(
            "This is the mail delivery agent at messagelabs.example.\nI was not able to deliver your "
            "message to the following addresses.\n\n<ada@example.com>:\n192.0.2.25 does not like "
            "recipient.\nRemote host said: 550 5.1.1 unknown user\n",
            copy=QMAIL_COPY,
            subject="Mail Delivery Failure",
        ),
        UNKNOWN,
    ),
    "Ironport": (
        plain(
            "The following message to <ada@example.com> was undeliverable.\nThe reason for the "
            "problem:\n5.1.0 - Unknown address error 550-'5.1.1 <ada@example.com>: Recipient "
            "address rejected: User unknown'\n",
            subject="Delivery Status Notification (Failure)",
            from_="Mail Delivery System <MAILER-DAEMON@ironport.example.com>",
        ),
        UNKNOWN,
    ),
    "Zimbra": (
        plain(
            "This is the mail system at host zimbra.example.net.\n\nI'm sorry to have to inform you "
            "that your message could not\nbe delivered to one or more recipients.\n\n"
            "<ada@example.com>: host zimbra.example.com[192.0.2.25] said: 550 5.1.1\n    "
            "<ada@example.com>: Recipient address rejected: example.com (in reply to\n    RCPT TO "
            "command)\n",
        ),
        UNKNOWN,
    ),
    "hMailServer": (
        plain(
            "Your message did not reach some or all of the intended recipients.\n\n   Sent: Tue, 3 "
            "Nov 2026 10:00:00 +0000\n   Subject: Your offer\n\nThe following recipient(s) could not "
            "be reached:\n\nada@example.com\n   Error Type: SMTP\n   Remote server (192.0.2.25) "
            "issued an error.\n   hMailServer sent: RCPT TO:<ada@example.com>\n   Remote server "
            "replied: 550 Unknown user\n\nhMailServer\n",
            subject="Message undeliverable: Your offer",
            from_="mailer-daemon@hmail.example.net",
        ),
        UNKNOWN,
    ),
    "Kerio": (
        plain(
            "Your message could not be delivered to the following recipients:\n\n  ada@example.com  "
            "(550 5.1.1 User unknown)\n",
            subject="Mail delivery failed",
            from_="Mail Delivery Subsystem <postmaster@kerio.example.net>",
        ),
        UNKNOWN,
    ),
    "SurgeMail": (
        plain(
            "Your message cannot be delivered to the following recipients:\n\n  Recipient address: "
            "ada@example.com\n  Reason: Remote SMTP server has rejected address\n  Diagnostic code: "
            "smtp;550 5.1.1 no such user here\n",
            subject="Delivery Notification: Delivery has failed",
            from_="Internet Mail Delivery <postmaster@ims.example.net>",
        ),
        UNKNOWN,
    ),
    "X.400": (
        plain(
            "Your message was not delivered to\n\n  ada@example.com\n\nfor the following reason:\n\n"
            "  MTA diagnostic: Unrecognised O/R name, recipient unknown\n",
            subject="Delivery Report (failure) for ada@example.com",
            from_="Message Router <postmaster@x400.example.net>",
        ),
        "ada@example.com failed *",
    ),
    "Amazon SES": (
        plain(
            "An error occurred while trying to deliver the mail to the following recipients:\n"
            "ada@example.com\n",
            subject="Delivery Status Notification (Failure)",
            from_="MAILER-DAEMON@email-smtp.amazonses.example",
        ),
        "ada@example.com failed unclear",
    ),
    "Apache James": (
        plain(
            "Hi. This is the James mail server at mx.example.net.\nI'm afraid I wasn't able to "
            "deliver your message to the following addresses.\nThis is a permanent error; I've given "
            "up. Sorry it didn't work out.  Below\nI include the list of recipients and the reason "
            "why I was unable to deliver\nyour message.\n\nFailed recipient(s):\nada@example.com\n\n"
            "Error message:\n550 5.1.1 <ada@example.com>... User unknown\n",
            subject="[BOUNCE]",
            from_="postmaster@james.example.net",
        ),
        UNKNOWN,
    ),
    "ezmlm-like list": (
        plain(
            QMAIL + "<ada@example.com>:\nSorry, I couldn't find a mail exchanger or IP address.\n",
            copy=QMAIL_COPY,
            subject="failure notice",
        ),
        "ada@example.com failed bad_domain dead",
    ),
    "InterScan": (
        plain(
            "The message could not be delivered.\n\nSent >>> RCPT TO: <ada@example.com>\nReceived "
            "<<< 550 5.1.1 User unknown\n",
            copy="The original message follows",
            subject="Undeliverable message",
            from_="InterScan MSS <postmaster@isms.example.net>",
        ),
        UNKNOWN,
    ),
    "McAfee": (
        plain(
            "This email was automatically generated.\n\nYour message to the following address could "
            "not be delivered:\n\n  <ada@example.com>   The message was rejected by the remote "
            "server: 550 5.1.1 User not known\n",
            subject="Mail delivery failure",
            from_="mail-daemon@webshield.example.net",
        ),
        UNKNOWN,
    ),
    "MailMarshal": (
        plain(
            "Your message:\n   From:    sales@acme.test\n   Subject: Your offer\n\nCould not be "
            "delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients were "
            "affected:\n   ada@example.com\n\nAdditional Information\n======================\n",
            subject="Undeliverable Mail: \"Your offer\"",
            from_="postmaster@marshal.example.net",
        ),
        "ada@example.com failed recipient_unknown",
    ),
    "EZweb": (
        plain(
            "The user(s) account is disabled.\n\n<ada@example.com>: 550 user unknown\n",
            subject="Mail System Error - Returned Mail",
            from_="Postmaster@ezweb.example",
        ),
        UNKNOWN,
    ),
    "docomo": (
        plain(
            "The following recipient(s) could not be reached.\n\n ada@example.com\n Unknown User\n",
            subject="Mail System Error - Returned Mail",
            from_="mail-daemon@docomo.example",
        ),
        UNKNOWN,
    ),
    # --- Other languages ---------------------------------------------------------------------
    "German Exchange": (
        plain(
            "Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.\n\n      Betreff:\tIhr "
            "Angebot\n      Gesendet am:\t03.11.2026 10:00\n\nFolgende(r) Empfänger kann/können "
            "nicht erreicht werden:\n\n      ada@example.com am 03.11.2026 10:00\n            "
            "Dieses E-Mail-Konto existiert nicht in der Organisation, an die die Nachricht gesendet "
            "wurde.\n            <mx.example.com #5.1.1>\n",
            subject="Unzustellbar: Ihr Angebot",
            from_="Systemadministrator <postmaster@example.com>",
        ),
        UNKNOWN,
    ),
    "French Exchange": (
        plain(
            "Échec de la remise pour ces destinataires ou groupes :\n\nada@example.com\nL'adresse de "
            "messagerie que vous avez entrée est introuvable. Vérifiez l'adresse de messagerie.\n\n"
            "Informations de diagnostic pour les administrateurs :\n\nada@example.com\n#550 5.1.1 "
            "RESOLVER.ADR.RecipNotFound; not found ##\n",
            subject="Non remis : Votre offre",
            from_="Microsoft Outlook <postmaster@example.com>",
        ),
        UNKNOWN,
    ),
    "Spanish": (
        plain(
            "No se pudo entregar el mensaje a estos destinatarios:\n\nada@example.com\nEl destinatario "
            "no existe. 550 5.1.1 usuario desconocido\n",
            subject="No se puede entregar: Su oferta",
            from_="postmaster@example.com",
        ),
        UNKNOWN,
    ),
    "Italian": (
        plain(
            "Il messaggio non è stato consegnato ai seguenti destinatari:\n\n<ada@example.com>: 550 "
            "5.1.1 utente sconosciuto\n",
            subject="Mancata consegna: La sua offerta",
            from_="Mailer-Daemon@example.it",
        ),
        UNKNOWN,
    ),
    "Portuguese": (
        plain(
            "A sua mensagem não pôde ser entregue aos seguintes destinatários:\n\nada@example.com\n"
            "550 5.1.1 usuário inexistente\n",
            subject="Falha na entrega",
            from_="postmaster@example.com.br",
        ),
        "ada@example.com failed recipient_unknown dead",
    ),
    "Dutch": (
        plain(
            "Uw bericht kon niet worden bezorgd aan:\n\n<ada@example.com>: 550 5.1.1 onbekende "
            "gebruiker\n",
            subject="Onbestelbaar: Uw offerte",
            from_="postmaster@example.nl",
        ),
        UNKNOWN,
    ),
    "Japanese": (
        plain(
            "次の宛先へのメールは配信できませんでした。\n\n<ada@example.com>: 550 5.1.1 User unknown\n",
            subject="=?iso-2022-jp?B?GyRCR1s/LiVoJWklPBsoQg==?=",
            from_="MAILER-DAEMON@example.jp",
        ),
        UNKNOWN,
    ),
    "Russian": (
        plain(
            "Не удалось доставить сообщение:\n\nada@example.com\n550 5.1.1 user not found; "
            "несуществующий ящик\n",
            subject="Недоставленное сообщение",
            from_="mailer-daemon@example.ru",
        ),
        UNKNOWN,
    ),
    "Chinese": (
        plain(
            "抱歉，您的邮件被退回来了……\n\n收件人邮件地址: ada@example.com\n550 5.1.1 User not found\n",
            subject="系统退信",
            from_="postmaster@example.cn",
        ),
        UNKNOWN,
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_report_of_text_is_read(name):
    raw, expected = SHAPES[name]
    check(read(raw), expected)

