"""The configuration of a private Dovecot, in the syntax of 2.3 or 2.4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Identity:
    """The accounts that Dovecot's own, login and mail processes run as."""

    internal_user: str
    login_user: str
    group: str
    mail_uid: int
    mail_gid: int
    is_root: bool


@dataclass(frozen=True)
class DovecotSetup:
    folder: Path
    mail: Path
    passwords: Path
    log: Path
    cert_file: Path
    key_file: Path
    ports: Mapping[str, int]
    identity: Identity


COMMON = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {log}
protocols = imap pop3
listen = 127.0.0.1
default_internal_user = {identity.internal_user}
default_internal_group = {identity.group}
default_login_user = {identity.login_user}
mail_uid = {identity.mail_uid}
mail_gid = {identity.mail_gid}
first_valid_uid = {identity.mail_uid}
first_valid_gid = {identity.mail_gid}
mail_fsync = never
shutdown_clients = yes
ssl = yes
# A wrong password is answered at once, the tenth one too.
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  process_min_avail = 1
  {reuse} = {unlimited}
  inet_listener imap {{
    port = {ports[imap]}
  }}
  inet_listener imaps {{
    port = {ports[imaps]}
    ssl = yes
  }}
}}
service imap {{
  process_min_avail = 1
  {reuse} = 1000
}}
service auth {{
  client_limit = 4000
}}
service pop3-login {{
  {reuse} = {unlimited}
  inet_listener pop3 {{
    port = {ports[pop3]}
  }}
  inet_listener pop3s {{
    port = {ports[pop3s]}
    ssl = yes
  }}
}}
protocol imap {{
  mail_max_userip_connections = 1000
}}
"""

ONLY_2_3 = """
disable_plaintext_auth = no
mail_location = maildir:{mail}/%u
mail_home = {mail}/%u
ssl_cert = <{cert_file}
ssl_key = <{key_file}
passdb {{
  driver = passwd-file
  args = username_format=%u {passwords}
}}
userdb {{
  driver = static
  args = uid={identity.mail_uid} gid={identity.mail_gid} home={mail}/%u
}}
"""

ONLY_2_4 = """
auth_allow_cleartext = yes
mail_driver = maildir
mail_home = {mail}/%{{user}}
mail_path = {mail}/%{{user}}
ssl_server_cert_file = {cert_file}
ssl_server_key_file = {key_file}
passdb passwd-file {{
  passwd_file_path = {passwords}
  auth_username_format = %{{user}}
}}
userdb static {{
  fields {{
    uid = {identity.mail_uid}
    gid = {identity.mail_gid}
    home = {mail}/%{{user}}
  }}
}}
"""

# A normal user may not change the root directory of a process.
CHROOTED = ("anvil", "imap-login", "pop3-login", "stats")


def render(setup: DovecotSetup, version: tuple[int, int]) -> str:
    if version >= (2, 4):
        # The first line, by rule; later releases keep reading the settings of 2.4.0.
        head = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
        text = head + COMMON + ONLY_2_4
        words = {"reuse": "restart_request_count", "unlimited": "unlimited"}
    else:
        text = COMMON + ONLY_2_3
        words = {"reuse": "service_count", "unlimited": "0"}
    if not setup.identity.is_root:
        text += "".join(f"service {name} {{{{\n  chroot =\n}}}}\n" for name in CHROOTED)
    return text.format(**vars(setup), **words)
