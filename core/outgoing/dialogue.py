"""One message over one line: what is said, and what the answers mean.

`Session` is what others use; it knows what to do when the line breaks.
"""

import smtplib

from ..reply import Command, from_exception, read
from .exchange import DATA, PIPELINED, Exchange
from .wire import as_data


class Dialogue:
    """A transaction of SMTP, command by command or in groups.

    Who mixes it in has the line (`_smtp`, `_bound`, `_die`), keeps the answers (`replies`, `_note`)
    and knows the doubts (`doubtful`, `_command`).
    """

    def _carried(self, from_addr, to_addrs):
        """The addresses that this server's SMTP can carry; the others are refused alone."""
        takes_utf8 = self._smtp.has_extn("smtputf8") or not from_addr.isascii()
        for address in to_addrs:
            if not address.isprintable():  # smtplib would cut it, and write to somebody else
                error = ValueError("The address holds characters that no address has.")
            elif not takes_utf8 and not address.isascii():
                error = smtplib.SMTPNotSupportedError(
                    f"The server does not offer SMTPUTF8, which {address} needs."
                )
            else:
                continue
            self._note([address], from_exception(Command.RCPT, error))
        return [address for address in to_addrs if address not in self.replies]

    def _transact(self, from_addr, pending, data, mail_options, rcpt_options):
        """One transaction (RFC 5321 section 3.3); the exception where nobody got the message."""
        encoding = "utf-8" if "SMTPUTF8" in map(str.upper, mail_options) else "ascii"
        recipients = self._encoded(pending, rcpt_options, encoding)
        if not recipients:
            return smtplib.SMTPRecipientsRefused(self._refused())
        mail = self._mail_command(from_addr, len(data), mail_options, encoding)
        group = PIPELINED if self._is_pipelining else 1
        exchange = Exchange(self._smtp, [mail, *recipients.values(), DATA], group)
        if error := self._envelope(exchange, from_addr, list(recipients)):
            return error
        return self._data(exchange, [a for a in recipients if a not in self.replies], data)

    def _envelope(self, exchange, from_addr, pending):
        """Who sends, and to whom; the exception where nobody is left to send to."""
        code, text = self._answer(exchange, Command.MAIL)
        reply = read(Command.MAIL, code, text)
        if not reply.accepted:
            if reply.code == 421 and self._is_used:
                # The line has carried enough messages, or was idle for too long: not a refusal.
                raise smtplib.SMTPServerDisconnected(reply.answer)
            return self._refuse(
                exchange, pending, reply, smtplib.SMTPSenderRefused(code, text, from_addr)
            )
        for address in pending:
            reply = read(Command.RCPT, *self._answer(exchange, Command.RCPT))
            if reply.accepted:
                self.replies.pop(address, None)
                continue
            self._note([address], reply)
            if reply.server_fault:
                self._die(reply)
                self._note([a for a in pending if a not in self.replies], reply)
                return smtplib.SMTPRecipientsRefused(self._refused())
        if all(address in self.replies for address in pending):
            self._reset(exchange)
            return smtplib.SMTPRecipientsRefused(self._refused())
        return None

    def _data(self, exchange, accepted, data):
        code, text = self._answer(exchange, Command.DATA)
        reply = read(Command.DATA, code, text)
        if not reply.accepted:
            return self._refuse(exchange, accepted, reply, smtplib.SMTPDataError(code, text))
        self._smtp.send(as_data(data))
        self._command = Command.END_OF_DATA
        self.doubtful = frozenset(accepted)
        self._bound()
        code, text = self._smtp.getreply()
        reply = read(Command.END_OF_DATA, code, text)
        if reply.code // 100 not in (2, 4, 5):
            raise smtplib.SMTPServerDisconnected(f"No answer to the message: {reply.answer}")
        self.doubtful = frozenset()
        self._line.messages += 1
        if reply.accepted:
            self._note(accepted, reply)
            return None
        return self._refuse(exchange, accepted, reply, smtplib.SMTPDataError(code, text))

    @property
    def _is_pipelining(self):
        return self._smtp.has_extn("pipelining") and self._peer not in self._unpipelined

    def _answer(self, exchange, command):
        self._command = command
        self._bound()
        return exchange.answer()

    def _mail_command(self, from_addr, size, options, encoding):
        options = [*([f"size={size}"] if self._smtp.has_extn("size") else ()), *options]
        return _line(f"MAIL FROM:{smtplib.quoteaddr(from_addr)}", options, encoding)

    def _encoded(self, addresses, options, encoding):
        """A command for each recipient; whom no encoding can name is refused alone."""
        commands, options = {}, options if self._smtp.does_esmtp else ()
        for address in addresses:
            try:
                commands[address] = _line(
                    f"RCPT TO:{smtplib.quoteaddr(address)}", options, encoding
                )
            except ValueError as error:  # not even in UTF-8
                self._note([address], from_exception(Command.RCPT, error))
        return commands

    def _refuse(self, exchange, addresses, reply, error):
        """Note a refusal that concerns all of these recipients."""
        self._note(addresses, reply)
        if reply.server_fault:
            self._die(reply)
        elif reply.command is not Command.END_OF_DATA:
            self._reset(exchange)
        return error

    def _reset(self, exchange):
        """Ready for another envelope, after one that came to nothing."""
        try:
            self._bound()
            if exchange.abandon():
                self._smtp.rset()
            else:
                self._smtp.close()
        except (smtplib.SMTPException, OSError):
            self._smtp.close()  # the next message opens it again


def _line(command, options, encoding):
    """One command as it travels.

    :raises ValueError: when it would be two, or cannot be encoded
    """
    text = " ".join((command, *options))
    if "\r" in text or "\n" in text:
        raise ValueError("A command of SMTP has one line.")
    return f"{text}\r\n".encode(encoding)
