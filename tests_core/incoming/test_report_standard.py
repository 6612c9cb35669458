"""Delivery reports with a part for machines (RFC 3464), as mail systems write them."""

import pytest
from report_mails import ORIGINAL, UNKNOWN, check, multipart, plain, standard

from core.incoming.report import Kind, read


def group(address="ada@example.com", action="failed", status="5.1.1", diagnostic="", **more):
    lines = [f"Final-Recipient: rfc822; {address}", f"Action: {action}"]
    if status:
        lines.append(f"Status: {status}")
    if diagnostic:
        lines.append(f"Diagnostic-Code: {diagnostic}")
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in more.items()]
    return "\n".join(lines)


POSTFIX = "This is the mail system at host mx.example.net.\n\n"
EXCHANGE = "Delivery has failed to these recipients or groups:\n\n"

SHAPES = {
    # --- Postfix -----------------------------------------------------------------------------
    "Postfix, remote": (
        standard(
            POSTFIX + "<ada@example.com>: host mx.example.com[192.0.2.25] said: 550 5.1.1\n    "
            "<ada@example.com>... User unknown (in reply to RCPT TO command)\n",
            group(diagnostic="smtp; 550 5.1.1 <ada@example.com>... User unknown"),
        ),
        UNKNOWN,
    ),
    "Postfix, unknown in answer to DATA": (
        standard(
            POSTFIX + "<ada@example.com>: host mx.example.com[192.0.2.25] said: 550 User\n    "
            "unknown (in reply to end of DATA command)\n",
            group(status="5.0.0", diagnostic="smtp; 550 User unknown"),
        ),
        "ada@example.com failed unclear",
    ),
    "Postfix, unknown in answer to MAIL": (
        standard(
            POSTFIX + "<ada@example.com>: host mx.example.com[192.0.2.25] said: 550 5.1.1 User\n"
            "    unknown (in reply to MAIL FROM command)\n",
            group(diagnostic="smtp; 550 5.1.1 User unknown"),
        ),
        "ada@example.com failed sender_refused",
    ),
    "Postfix, local": (
        standard(
            POSTFIX + '<ada@example.com>: unknown user: "ada"\n',
            group(diagnostic='x-postfix; unknown user: "ada"'),
        ),
        UNKNOWN,
    ),
    "Postfix, no host": (
        standard(
            POSTFIX + "<ada@example.com>: Host or domain name not found. Name service error for\n"
            "    name=example.com type=AAAA: Host not found\n",
            group(
                status="5.4.4",
                diagnostic="X-Postfix; Host or domain name not found. Name service error for "
                "name=example.com type=AAAA: Host not found",
            ),
        ),
        "ada@example.com failed bad_domain dead",
    ),
    "Postfix, null MX": (
        standard(
            POSTFIX + "<ada@example.com>: Domain example.com does not accept mail (nullMX)\n",
            group(
                status="5.1.0",
                diagnostic="X-Postfix; Domain example.com does not accept mail (nullMX)",
            ),
        ),
        "ada@example.com failed bad_domain dead",
    ),
    "Postfix, delayed": (
        standard(
            POSTFIX + "<ada@example.com>: connect to mx.example.com[192.0.2.25]:25: Connection\n"
            "    refused\n",
            group(
                action="delayed",
                status="4.4.1",
                diagnostic="X-Postfix; connect to mx.example.com[192.0.2.25]:25: Connection refused",
                will_retry_until="Sun, 8 Nov 2026 10:00:00 +0000",
            ),
            subject="Delayed Mail (still being retried)",
        ),
        "ada@example.com delayed server_unreachable",
    ),
    "Postfix, delayed with a status for good": (
        standard(
            "",
            group(action="delayed", status="5.1.1", diagnostic="smtp; 550 5.1.1 User unknown"),
        ),
        "ada@example.com delayed recipient_unknown",
    ),
    "Postfix, gave up": (
        standard(
            POSTFIX + "<ada@example.com>: connect to mx.example.com[192.0.2.25]:25: Connection\n"
            "    timed out\n",
            group(
                status="4.4.1",
                diagnostic="X-Postfix; connect to mx.example.com[192.0.2.25]:25: Connection timed "
                "out",
            ),
        ),
        "ada@example.com failed server_unreachable",
    ),
    "Postfix, failed with 4.x": (
        standard(
            "",
            group(status="4.1.1", diagnostic="smtp; 450 4.1.1 <ada@example.com>: User unknown"),
        ),
        "ada@example.com failed recipient_unknown",
    ),
    "Postfix, over quota": (
        standard(
            POSTFIX + "<ada@example.com>: host mx.example.com[192.0.2.25] said: 552 5.2.2\n    "
            "<ada@example.com> User unknown or over quota (in reply to RCPT TO command)\n",
            group(status="5.2.2", diagnostic="smtp; 552 5.2.2 User unknown or over quota"),
        ),
        "ada@example.com failed full",
    ),
    "Postfix, delivered": (
        standard(
            "Your message was successfully delivered to the destination(s)\nlisted below.\n\n"
            "<ada@example.com>: delivery via mx.example.com[192.0.2.25]:25: 250 2.0.0 Ok\n",
            group(action="delivered", status="2.0.0", diagnostic="smtp; 250 2.0.0 Ok"),
            subject="Successful Mail Delivery Report",
        ),
        "ada@example.com delivered accepted",
    ),
    "Postfix, relayed": (
        standard("", group(action="relayed", status="2.0.0", diagnostic="smtp; 250 2.0.0 Ok")),
        "ada@example.com relayed accepted",
    ),
    "Postfix, expanded": (
        standard("", group(action="expanded", status="2.0.0")),
        "ada@example.com expanded accepted",
    ),
    "Postfix, several": (
        standard(
            "",
            group(diagnostic="smtp; 550 5.1.1 User unknown"),
            group("bob@example.com", status="5.2.2", diagnostic="smtp; 552 5.2.2 Mailbox full"),
            group("eve@example.com", "delivered", "2.0.0", "smtp; 250 Ok"),
            to="ada@example.com, bob@example.com, eve@example.com",
        ),
        UNKNOWN + "; bob@example.com failed full; eve@example.com delivered accepted",
    ),
    "Postfix, forwarded": (
        standard(
            "",
            group(
                "ada@elsewhere.example",
                original_recipient="rfc822;ada@example.com",
                diagnostic="smtp; 550 5.1.1 User unknown",
            ),
        ),
        UNKNOWN,
    ),
    "Postfix, verification failed": (
        standard(
            "",
            group(
                diagnostic="smtp; 550 5.1.1 <ada@example.com>: Recipient address rejected: "
                "undeliverable address: mail for example.com loops back to myself",
            ),
        ),
        "ada@example.com failed server_unreachable",
    ),
    # --- Sendmail ----------------------------------------------------------------------------
    "Sendmail, spam as 5.1.1": (
        standard(
            "   ----- The following addresses had permanent fatal errors -----\n"
            "<ada@example.com>\n    (reason: 550 5.7.1 Rejected by the spam filter)\n\n   ----- "
            "Transcript of session follows -----\n... while talking to mx.example.com.:\n>>> DATA\n"
            "<<< 550 5.7.1 Rejected by the spam filter\n550 5.1.1 <ada@example.com>... User "
            "unknown\n",
            group(diagnostic="SMTP; 550 5.7.1 Rejected by the spam filter"),
            subject="Returned mail: see transcript for details",
        ),
        "ada@example.com failed content_refused",
    ),
    "Sendmail, vague answer as 5.1.1": (
        standard(
            "   ----- The following addresses had permanent fatal errors -----\n"
            "<ada@example.com>\n    (reason: 550 Denied)\n\n   ----- Transcript of session follows "
            "-----\n... while talking to mx.example.com.:\n>>> DATA\n<<< 550 Denied\n550 5.1.1 "
            "<ada@example.com>... User unknown\n",
            group(diagnostic="SMTP; 550 Denied"),
            subject="Returned mail: see transcript for details",
        ),
        "ada@example.com failed *",
    ),
    "Sendmail, pipelined": (
        standard(
            "   ----- The following addresses had permanent fatal errors -----\n"
            "<ada@example.com>\n    (reason: 550 unknown user)\n\n   ----- Transcript of session "
            "follows -----\n... while talking to mx.example.com.:\n>>> DATA\n<<< 550 unknown user\n"
            "550 5.1.1 <ada@example.com>... User unknown\n<<< 503 5.0.0 Need RCPT (recipient)\n",
            group(diagnostic="SMTP; 550 unknown user", remote_mta="DNS; mx.example.com"),
            subject="Returned mail: see transcript for details",
        ),
        UNKNOWN,
    ),
    "Sendmail, pipelined, no valid recipients": (
        standard(
            "<ada@example.com>\n    (reason: 550 no such user)\n\n... while talking to "
            "mx.example.com.:\n>>> DATA\n<<< 550 no such user\n550 5.1.1 <ada@example.com>... User "
            "unknown\n<<< 554 no valid recipients\n",
            group(diagnostic="SMTP; 550 no such user"),
        ),
        UNKNOWN,
    ),
    "Sendmail, alias": (
        standard(
            "",
            group(
                x_actual_recipient="rfc822; ada@mail.example.com",
                diagnostic="X-Unix; 67",
            ),
        ),
        "ada@example.com failed recipient_unknown dead",
    ),
    "Sendmail, local": (
        standard(
            "   ----- The following addresses had permanent fatal errors -----\nada\n    (reason: "
            "550 5.1.1 ada... User unknown)\n",
            group("ada@mx.example.net", diagnostic="X-Unix; 550 5.1.1 ada... User unknown"),
            to="ada@mx.example.net",
        ),
        "ada@mx.example.net failed recipient_unknown dead",
    ),
    "Sendmail, service unavailable": (
        standard("", group(status="5.5.0", diagnostic="SMTP; 554 Service unavailable")),
        "ada@example.com failed *",
    ),
    "Sendmail, delayed": (
        standard(
            "",
            group(action="delayed", status="4.4.1"),
            subject="Warning: could not send message for past 4 hours",
        ),
        "ada@example.com delayed server_unreachable",
    ),
    "Sendmail, greylisted for five days": (
        standard("", group(status="4.4.7", diagnostic="SMTP; 451 4.7.1 Greylisting in action")),
        "ada@example.com failed server_busy",
    ),
    # --- Exim --------------------------------------------------------------------------------
    "Exim, 5.0.0 for everything": (
        standard(
            "A message that you sent could not be delivered.\n\n  ada@example.com\n    host "
            "mx.example.com [192.0.2.25]\n    SMTP error from remote mail server after RCPT "
            "TO:<ada@example.com>:\n    550 5.1.1 User unknown\n",
            group(status="5.0.0", diagnostic="smtp; 550 5.1.1 User unknown"),
            subject="Mail delivery failed: returning message to sender",
            x_failed_recipients="ada@example.com",
        ),
        UNKNOWN,
    ),
    "Exim, 5.0.0 without diagnostic": (
        standard(
            "A message that you sent could not be delivered.\n\n  ada@example.com\n    Unrouteable "
            "address\n",
            group(status="5.0.0"),
            x_failed_recipients="ada@example.com",
        ),
        UNKNOWN,
    ),
    "Exim, 5.0.0 after end of data": (
        standard(
            "  ada@example.com\n    host mx.example.com [192.0.2.25]\n    SMTP error from remote "
            "mail server after end of data:\n    550 No such user here\n",
            group(status="5.0.0", diagnostic="smtp; 550 No such user here"),
            x_failed_recipients="ada@example.com",
        ),
        "ada@example.com failed unclear",
    ),
    # --- OpenSMTPD ---------------------------------------------------------------------------
    "OpenSMTPD": (
        multipart(
            "mixed",
            "Content-Type: text/plain; charset=utf-8\n\nHi!\n\nThis is the MAILER-DAEMON, please "
            "DO NOT REPLY to this email.\n\nAn error has occurred while attempting to deliver a "
            "message for\nthe following list of recipients:\n\nada@example.com: 550 5.1.1 "
            "<ada@example.com>: Recipient address rejected: User unknown\n\nBelow is a copy of the "
            "original message:\n\n",
            "Content-Type: message/rfc822\n\n" + ORIGINAL.format(to="ada@example.com"),
            subject="Delivery status notification: error",
            from_="Mailer Daemon <MAILER-DAEMON@mx.example.net>",
        ),
        UNKNOWN,
    ),
    "OpenSMTPD, no MX": (
        multipart(
            "mixed",
            "Content-Type: text/plain; charset=utf-8\n\nAn error has occurred while attempting to "
            "deliver a message for\nthe following list of recipients:\n\nada@example.com: Domain "
            "does not exist\n",
            "Content-Type: text/rfc822-headers\n\n" + ORIGINAL.format(to="ada@example.com"),
            subject="Delivery status notification: error",
        ),
        "ada@example.com failed bad_domain dead",
    ),
    "OpenSMTPD, warning": (
        multipart(
            "mixed",
            "Content-Type: text/plain\n\nA message is delayed for more than 4 hours for the "
            "following\nlist of recipients:\n\nada@example.com: 450 4.2.0 try again\n",
            subject="Delivery status notification: warning",
        ),
        "ada@example.com delayed *",
    ),
    "OpenSMTPD, with a part for machines": (
        multipart(
            "mixed",
            "Content-Type: text/plain\n\nada@example.com: 550 Invalid recipient\n",
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
            "Final-Recipient: rfc822; ada@example.com\nAction: failed\nStatus: 5.0.0\n",
            "Content-Type: text/rfc822-headers\n\n" + ORIGINAL.format(to="ada@example.com"),
            subject="Delivery status notification: error",
        ),
        UNKNOWN,
    ),
    # --- Microsoft ---------------------------------------------------------------------------
    "Exchange": (
        standard(
            EXCHANGE + "ada@example.com\nThe e-mail address you entered couldn't be found.\n\n"
            "Diagnostic information for administrators:\n\nGenerating server: ex.example.com\n\n"
            "ada@example.com\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
            group(diagnostic="smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"),
            subject="Undeliverable: Your offer",
        ),
        UNKNOWN,
    ),
    "Exchange Online, edge": (
        standard(
            "",
            group(
                status="5.4.1",
                diagnostic="smtp;550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
            ),
        ),
        UNKNOWN,
    ),
    "Exchange Online, sender not permitted": (
        standard(
            "",
            group(
                status="5.7.133",
                diagnostic="smtp;550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; "
                "authentication required; Delivery restriction check failed because the sender was "
                "not authenticated when sending to this group",
            ),
        ),
        "ada@example.com failed content_refused",
    ),
    "Exchange Online, loop": (
        standard("", group(status="5.4.14", diagnostic="smtp;554 5.4.14 Hop count exceeded - "
                           "possible mail loop ATTR34")),
        "ada@example.com failed server_unreachable",
    ),
    "Exchange Online, DNS": (
        standard(
            "",
            group(
                status="5.4.310",
                diagnostic="smtp;550 5.4.310 DNS domain example.com does not exist [Message=InfoDo"
                "mainNonexistent]",
            ),
        ),
        "ada@example.com failed bad_domain dead",
    ),
    "Exchange, quota": (
        standard(
            "",
            group(
                status="5.2.2",
                diagnostic="smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:"
                "QuotaExceededException",
            ),
        ),
        "ada@example.com failed full",
    ),
    "Exchange 2003, no diagnostic": (
        standard("", group(status="5.1.1"), subject="Delivery Status Notification (Failure)"),
        "ada@example.com failed recipient_unknown dead",
    ),
    "Exchange, with words of its own kind": (
        standard("", group(status="5.7.1", diagnostic="smtp;550 5.7.1 Unable to relay")),
        "ada@example.com failed authentication_refused",
    ),
    "Hotmail": (
        standard(
            "This is an automatically generated Delivery Status Notification.\n\nDelivery to the "
            "following recipients failed.\n\n       ada@example.com\n",
            group(
                status="5.5.0",
                diagnostic="smtp;550 Requested action not taken: mailbox unavailable "
                "(-2019901852:3844:-2147467259)",
            ),
        ),
        UNKNOWN,
    ),
    "Outlook.com, blocked": (
        standard(
            "",
            group(
                status="5.7.1",
                diagnostic="smtp;550 5.7.1 Unfortunately, messages from [198.51.100.7] weren't "
                "sent. Please contact your Internet service provider since part of their network "
                "is on our block list (S3140).",
            ),
        ),
        "ada@example.com failed content_refused",
    ),
    # --- Google, Amazon, others --------------------------------------------------------------
    "Google": (
        standard(
            "** Address not found **\n\nYour message wasn't delivered to ada@example.com because "
            "the address couldn't be found, or is unable to receive mail.\n",
            group(
                diagnostic="smtp; 550-5.1.1 The email account that you tried to reach does not "
                "exist. Please try\n 550-5.1.1 double-checking the recipient's email address for "
                "typos or\n 550 5.1.1 unnecessary spaces.",
                remote_mta="dns; mx.example.com. (192.0.2.25, the server for the domain "
                "example.com.)",
            ),
            subject="Delivery Status Notification (Failure)",
            auto_submitted="auto-replied",
            x_failed_recipients="ada@example.com",
            in_reply_to="<170.1-openerp-12-crm.lead@odoo.acme.test>",
        ),
        UNKNOWN,
    ),
    "Google, over quota": (
        standard("", group(status="5.2.2", diagnostic="smtp; 552-5.2.2 The email account that you "
                           "tried to reach is over quota. 552 5.2.2 OverQuotaPerm")),
        "ada@example.com failed full",
    ),
    "Google, DNS": (
        standard(
            "",
            group(
                status="4.0.0",
                diagnostic="smtp; DNS Error: 12345 DNS type 'mx' lookup of example.com responded "
                "with code NXDOMAIN Domain name not found: example.com",
            ),
        ),
        "ada@example.com failed bad_domain",
    ),
    "Google, delay": (
        standard(
            "",
            group(
                action="delayed",
                status="4.4.1",
                diagnostic="smtp; The recipient server did not accept our requests to connect.",
                will_retry_until="Thu, 05 Nov 2026 10:00:00 -0800 (PST)",
            ),
            subject="Delivery Status Notification (Delay)",
            auto_submitted="auto-replied",
        ),
        "ada@example.com delayed *",
    ),
    "Amazon SES": (
        standard(
            "An error occurred while trying to deliver the mail to the following recipients:\n"
            "ada@example.com\n",
            group(diagnostic="smtp; 550 5.1.1 user unknown", remote_mta="dns; mx.example.com"),
            top="Reporting-MTA: dns; a8-50.smtp-out.amazonses.example",
            from_="MAILER-DAEMON@amazonses.example",
            subject="Delivery Status Notification (Failure)",
        ),
        UNKNOWN,
    ),
    "Amazon SES, suppressed": (
        standard(
            "",
            group(
                diagnostic="smtp; 550 5.1.1 Amazon SES has suppressed sending to this address "
                "because it is on the suppression list for your account.",
            ),
        ),
        "ada@example.com failed content_refused",
    ),
    "Yahoo": (
        standard(
            "",
            group(
                status="5.0.0",
                diagnostic="smtp; 554 delivery error: dd This user doesn't have a yahoo.com "
                "account (ada@example.com) [0] - mta1.mail.example.com",
            ),
        ),
        UNKNOWN,
    ),
    "Yahoo, disabled": (
        standard("", group(status="5.0.0", diagnostic="smtp; 554 delivery error: dd Sorry your "
                           "message to ada@example.com cannot be delivered. This account has been "
                           "disabled or discontinued [#102].")),
        "ada@example.com failed disabled",
    ),
    "iCloud": (
        standard("", group(diagnostic="smtp; 550 5.1.1 <ada@example.com>: inactive email address "
                           "(https://support.apple.com/)")),
        "ada@example.com failed *",
    ),
    "Domino": (
        standard(
            "Your message was not delivered to:\n\n  ada@example.com\n\nbecause:\n\n  User ada not "
            "listed in Domino Directory\n",
            group(
                status="5.1.1",
                diagnostic="X-Notes; User ada (ada@example.com) not listed in Domino Directory",
            ),
            subject="DELIVERY FAILURE: User ada not listed in Domino Directory",
        ),
        UNKNOWN,
    ),
    "Courier": (
        standard(
            "Your message to the following recipients cannot be delivered:\n\n<ada@example.com>:\n"
            "    mx.example.com [192.0.2.25]:\n>>> RCPT TO:<ada@example.com>\n<<< 550 5.1.1 User "
            "unknown.\n",
            group(status="5.0.0", diagnostic="smtp; 550 5.1.1 User unknown."),
            subject="NOTICE: mail delivery status.",
        ),
        UNKNOWN,
    ),
    "Oracle Messaging Server": (
        standard(
            "This report relates to a message you sent.\n\nYour message cannot be delivered to the "
            "following recipients:\n\n  Recipient address: ada@example.com\n  Reason: Remote SMTP "
            "server has rejected address\n",
            group(
                diagnostic="smtp;550 5.1.1 unknown or illegal alias: ada@example.com",
                original_recipient="rfc822;ada@example.com",
                remote_mta="dns;mx.example.com (TCP|192.0.2.1|42476|192.0.2.25|25)",
            ),
            subject="Delivery Notification: Delivery has failed",
        ),
        UNKNOWN,
    ),
    "PowerMTA": (
        standard(
            "Hello, this is the mail server on mx.example.net.\n",
            group(
                diagnostic="smtp;550 5.1.1 ... User unknown",
                x_powermta_bouncecategory="bad-mailbox",
            ),
        ),
        UNKNOWN,
    ),
    "PowerMTA, routing": (
        standard("", group(status="5.1.2", diagnostic="smtp;550 5.1.2 bad destination system: no "
                           "such domain")),
        "ada@example.com failed bad_domain dead",
    ),
    "Cisco": (
        standard(
            "The following message to <ada@example.com> was undeliverable.\n",
            group(status="5.1.0", diagnostic="smtp; 5.1.0 - Unknown address error 550-'5.1.1 User "
                  "unknown' (delivery attempts: 0)"),
        ),
        UNKNOWN,
    ),
    "KDDI": (
        standard("", group(status="5.1.1", diagnostic="SMTP; 550 5.1.1 : User Unknown")),
        UNKNOWN,
    ),
    "Stalwart, several lines": (
        standard(
            "Your message could not be delivered to the following recipients:\n\n"
            "<ada@example.com> (host 'mx.example.com' rejected command 'RCPT TO:<ada@example.com>'"
            " with code 550 (5.1.1) 'no such user')\n",
            group(diagnostic="smtp;550 5.1.1 no such user"),
        ),
        UNKNOWN,
    ),
    "mailbox moved": (
        standard("", group(status="5.1.6", diagnostic="smtp; 551 5.1.6 User not local; please try "
                           "<ada@example.org>")),
        "ada@example.com failed moved dead",
    ),
    "too big": (
        standard("", group(status="5.3.4", diagnostic="smtp; 552 5.3.4 Message size exceeds fixed "
                           "limit")),
        "ada@example.com failed too_big",
    ),
    "refused by DMARC": (
        standard("", group(status="5.7.26", diagnostic="smtp; 550-5.7.26 Unauthenticated email from "
                           "acme.test is not accepted due to domain's DMARC policy.")),
        "ada@example.com failed content_refused",
    ),
    "bad address with a URL of a block list": (
        standard("", group(status="5.1.3", diagnostic="smtp; 550 5.7.1 Blocked, see "
                           "https://www.spamhaus.org/query/ip/198.51.100.7")),
        "ada@example.com failed content_refused",
    ),
    "code against enhanced code": (
        standard("", group(diagnostic="smtp; 450 5.1.1 User unknown")),
        "ada@example.com failed recipient_unknown",
    ),
    # --- Odd shapes --------------------------------------------------------------------------
    "no blank line between the groups": (
        standard(
            "",
            group(diagnostic="smtp; 550 5.1.1 User unknown")
            + "\n"
            + group("bob@example.com", status="5.2.2"),
            to="ada@example.com, bob@example.com",
        ),
        UNKNOWN + "; bob@example.com failed full",
    ),
    "no group of the message": (
        multipart(
            "report; report-type=delivery-status",
            "Content-Type: text/plain\n\nSorry.",
            "Content-Type: message/delivery-status\n\n" + group(),
        ),
        UNKNOWN,
    ),
    "only the original recipient": (
        standard(
            "",
            "Original-Recipient: rfc822;ada@example.com\nAction: failed\nStatus: 5.1.1\n",
        ),
        UNKNOWN,
    ),
    "no action": (
        standard("", "Final-Recipient: rfc822; ada@example.com\nStatus: 5.1.1\n"),
        UNKNOWN,
    ),
    "action with a comment": (
        standard("", group(action="Failed (user unknown)")),
        UNKNOWN,
    ),
    "status with words": (
        standard("", group(status="5.1.1 (bad destination mailbox address)")),
        UNKNOWN,
    ),
    "address in angle brackets": (
        standard("", group("<Ada@Example.COM>")),
        UNKNOWN,
    ),
    "no type of the address": (
        standard("", "Final-Recipient: ada@example.com\nAction: failed\nStatus: 5.1.1\n"),
        UNKNOWN,
    ),
    "an address in Unicode": (
        standard(
            "",
            "Final-Recipient: utf-8; \\x{F6}zg\\x{FC}r@example.com\nAction: failed\nStatus: 5.1.1\n",
            to="özgür@example.com",
        ),
        "özgür@example.com failed recipient_unknown dead",
    ),
    "xtext": (
        standard(
            "",
            group(
                "ada+news@example.com",
                original_recipient="rfc822;ada+2Bnews@example.com",
            ),
            to="ada+news@example.com",
        ),
        "ada+news@example.com failed recipient_unknown dead",
    ),
    "a name without domain": (
        standard("", "Final-Recipient: LOCAL; ada\nAction: failed\nStatus: 5.1.1\n"),
        UNKNOWN,
    ),
    "lines folded": (
        standard(
            "",
            "Final-Recipient: rfc822;\n ada@example.com\nAction: failed\nStatus: 5.0.0\n"
            "Diagnostic-Code: smtp;\n 550 5.1.1 User\n unknown\n",
        ),
        UNKNOWN,
    ),
    "base64": (
        multipart(
            "report; report-type=delivery-status",
            "Content-Type: text/plain\n\nSorry.",
            "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
            "UmVwb3J0aW5nLU1UQTogZG5zOyBteC5leGFtcGxlLm5ldAoKRmluYWwtUmVjaXBpZW50OiByZmM4\n"
            "MjI7IGFkYUBleGFtcGxlLmNvbQpBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMS4xCg==\n",
        ),
        UNKNOWN,
    ),
    "quoted-printable": (
        multipart(
            "report; report-type=delivery-status",
            "Content-Type: text/plain\n\nSorry.",
            "Content-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n"
            "\nReporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada=40example.com\n"
            "Action: failed\nStatus: 5.1.1\n",
        ),
        UNKNOWN,
    ),
    "labelled multipart/report without parts": (
        plain(
            "Your message could not be delivered.\n\nFinal-Recipient: rfc822; ada@example.com\n"
            "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n",
            mime_version="1.0",
            content_type='multipart/report; report-type=delivery-status; boundary="none"',
        ),
        UNKNOWN,
    ),
    "global": (
        multipart(
            "report; report-type=global-delivery-status",
            "Content-Type: text/plain\n\nSorry.",
            "Content-Type: message/global-delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
            + group(),
            "Content-Type: message/global-headers\n\n" + ORIGINAL.format(to="ada@example.com"),
        ),
        UNKNOWN,
    ),
    "the same recipient twice": (
        standard("", group(action="delivered", status="2.0.0"), group()),
        UNKNOWN,
    ),
    "Received by a list that forwards reports": (
        standard("", group(), auto_submitted="auto-replied", precedence="bulk", list_id="<x.test>"),
        UNKNOWN,
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_report_for_machines_is_read(name):
    raw, expected = SHAPES[name]
    check(read(raw), expected)


@pytest.mark.parametrize("mark", ["\r\n", "\r", "\n"])
def test_whatever_ends_the_lines(mark):
    raw, expected = SHAPES["Postfix, remote"]
    check(read(raw.replace(b"\n", mark.encode())), expected)
    check(read(b"From MAILER-DAEMON Tue Nov  3 10:00:05 2026\n" + raw), expected)


def test_a_report_is_read_the_same_by_the_policy_of_odoo():
    import email
    import email.policy

    from core.incoming.report import read_message

    for raw, _expected in SHAPES.values():
        message = email.message_from_bytes(raw, policy=email.policy.SMTP)
        assert read_message(message) == read(raw)


def test_the_original_is_found():
    reading = read(SHAPES["Postfix, remote"][0])
    assert reading.message_id == "<170.1-openerp-12-crm.lead@odoo.acme.test>"
    assert reading.original.objects == "crm.lead-12"
    assert reading.original.sent_to == ("ada@example.com",)
    assert reading.original.bounce_tag == "12-crm.lead-34"


def test_the_original_is_found_without_the_original():
    raw = standard(
        "", group(), original=False, in_reply_to="<1@odoo.acme.test>", references="<0@acme.test>"
    )
    assert read(raw).message_id == "<1@odoo.acme.test>"
    raw = standard("Message-Id: <2@odoo.acme.test>\n", group(), original=False)
    assert read(raw).message_id == "<2@odoo.acme.test>"
    assert read(standard("", group(), original=False)).message_id == ""


def test_the_other_names_and_the_server_are_kept():
    raw = SHAPES["Postfix, forwarded"][0]
    (recipient,) = read(raw).recipients
    assert recipient.also == ("ada@elsewhere.example",)
    raw = standard("", group(remote_mta="dns; mx.example.com"))
    assert read(raw).recipients[0].server == "mx.example.com"


def test_a_report_about_a_report_is_about_its_recipients():
    inner = SHAPES["Postfix, remote"][0].decode()
    raw = multipart(
        "report; report-type=delivery-status",
        "Content-Type: text/plain\n\nSorry.",
        "Content-Type: message/delivery-status\n\n" + group("bounce@acme.test"),
        "Content-Type: message/rfc822\n\n" + inner,
    )
    reading = read(raw)
    assert [item.address for item in reading.recipients] == ["bounce@acme.test"]
    assert reading.message_id == "<20261103.report@mx.example.net>" or reading.message_id == ""


def test_a_report_that_a_person_forwards_is_a_mail():
    inner = SHAPES["Postfix, remote"][0].decode()
    person = {
        "return_path": "<eve@acme.test>",
        "from_": "Eve <eve@acme.test>",
        "subject": "Fwd: Undelivered Mail Returned to Sender",
    }
    attached = multipart(
        "mixed",
        "Content-Type: text/plain\n\nWhat is this? The mail could not be delivered.",
        "Content-Type: message/rfc822\n\n" + inner,
        **person,
    )
    assert read(attached).kind is Kind.MAIL
    quoted = plain("FYI\n\n-------- Forwarded Message --------\n" + inner, **person)
    assert read(quoted).kind is Kind.MAIL
