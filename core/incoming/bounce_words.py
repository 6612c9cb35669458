"""How mail systems name themselves and word their reports, in the languages that are met."""

SENDERS = (
    r"mailer[-_. ]?d(?:a|ae)emon",
    r"post[-_.]?master|post[-_]?office",
    r"mail[-_ ]?(?:delivery|administrator|admin\b|system|transport|router|robot|deliver|daemon)",
    r"delivery[-_ ]?(?:sub)?system|delivery[-_ ]?(?:status|report|failure|notification)",
    r"mdaemon|mailer[-_ ]?(?:agent|robot)|mailsweeper|mailscanner|mailmarshal|webshield",
    r"system(?: administrator|administrat(?:or|ör)| attendant)",
    r"microsoft (?:outlook|exchange)",
    r"e-?mail (?:delivery|system)|internet mail (?:delivery|service)|message router",
    r"bounces?@|bulk-?filter|non-?delivery|undeliver",
    r"smtp ?(?:server|gateway|service)|mta[-_]?agent|mail server (?:at|on)",
    r"^\"?(?:mail|mailer|smtp|spam-?filter|virus-?(?:scanner|alert|wall))\"?(?: <|@)",
)

SUBJECTS = (
    r"undeliver(?:able|ed)|nondeliverable|non[- ]?deliver(?:y|able)|not (?:be )?deliver",
    r"(?:un(?:able|successful)|fail(?:ed|ure)) (?:to )?deliver",
    r"deliver(?:y|ing)[- ](?:status|failure|failed|fail\b|error|problem|report|notification"
    r"|has failed|delay|unsuccessful|attempt)",
    r"failed (?:mail|delivery|message)|mail failed",
    r"failure[: -]{1,3}(?:notice|notification|delivery)",
    r"failure notice|fail(?:ed|ure)[: -]{1,3}(?:mail|message|sending)",
    r"return(?:ed|ing)? (?:mail|e-?mail|message|to sender)|\breturned:",
    r"mail (?:delivery|failure|error|system error|returned|could not|status)",
    r"message (?:could not|delivery|status|undeliver|returned|not delivered|rejected|delayed"
    r"|bounced|from the mail system|you sent)",
    r"could not (?:be )?(?:deliver|send)|cannot (?:be )?(?:deliver|send)|can't (?:be )?deliver",
    r"bounced? (?:mail|message)|\[bounce\]|\bbounce\b",
    r"warning: (?:could not|message)|delayed (?:mail|message)|e-?mail (?:error|could not be)",
    r"error sending|(?:user|recipient|host|address) unknown|unknown (?:user|recipient|address)",
    r"rejected (?:mail|message|posting)|blocked by our|mailbox (?:is )?full|over quota",
    r"problem delivering|(?:mail|message) (?:was |is )?(?:rejected|refused|blocked)",
    r"virus (?:found|alert|detected)|invalid (?:recipient|address)|address not found",
    # German, French, Italian, Spanish, Portuguese
    r"unzustellbar|nicht zugestellt|zustell(?:ung|fehler)|unzugestellt",
    r"non remis|non d[ée]livr|[ée]chec|retour(?:n[ée])? (?:de|à)|courrier (?:refus|non)",
    r"non recapitat|mancato recapito|mancata consegna|impossibile recapitare",
    r"no (?:se pud[oe]|se puede|pudo) entreg|no entregado|devuelto|sin entregar|error de entrega",
    r"falha (?:na|de|no)|n[ãa]o entreg|devolvida|n[ãa]o (?:p[ôo]de|foi) (?:ser )?entreg",
    # Dutch, Scandinavian, Finnish
    r"onbestelbaar|niet (?:bezorg|afgelever)|kunne ikke lever|ej levere|kunde inte lever",
    r"olevererbart|ikke levert|ikke leveres|toimit(?:us|tamaton|ettu)",
    # Slavic, Hungarian, Czech, Turkish
    r"niedostarcz|nie dostarcz|недоставлен|не доставлен|невозможно доставить|возвращ|kézbesít"
    r"|nedoručiteln|iletilemedi|teslim edil",
    # Japanese, Chinese, Korean
    r"(?:配信|配送|配達|送信|送達)(?:エラー|不能|できません|に失敗|失敗|不可)|不達|未送達|"
    r"退信|无法(?:投递|送达|传递)|投递失败|退回|無法(?:傳遞|投遞|傳送)|반송|전송 실패|배달",
)

WORDS = (
    r"(?:could|can) ?(?:not|n't) be (?:delivered|sent|reached)",
    r"(?:was|were|is|are|has|have) ?(?:not|n't)(?: been)? (?:yet )?(?:been )?(?:deliver|reach)",
    r"undeliver(?:able|ed)|(?:unable|failed|not able) to (?:be )?deliver|did not reach",
    r"deliver(?:y|ed)?[^.\n]{0,60}(?:fail|unsuccessful|delayed|error|problem"
    r"|not (?:possible|complete))",
    r"(?:permanent|fatal|transient)(?: fatal)? error",
    r"fail(?:ed|ure)[^.\n]{0,40}(?:recipient|address|deliver)",
    r"following (?:e-?mail )?(?:address|recipient)|returned to (?:you|sender)|being returned",
    r"cannot deliver|can't deliver|not be delivered|user unknown|unknown user|no such user",
    r"mailbox (?:is )?full|over quota|does not exist|doesn't have a|was rejected|bounced",
    r"rejected by|could not (?:deliver|send)|couldn't be|wasn't (?:able|delivered)|not listed in",
    r"delivery of the e-?mail was stopped|was considered unsolicited|has been (?:blocked|rejected)",
    r"mailbox exceeds|rcpt to|non-?deliver|will be retried|is delayed",
    r"invalid (?:recipient|address|final delivery)|host (?:or domain name )?not found",
    r"connection (?:timed out|refused)|loops back|(?:the )?(?:allowed )?quota|has moved",
    r"unrouteable|(?:address|account)(?: you entered)? couldn't be found|non-?existent",
    # German, French, Spanish, Italian, Portuguese, Dutch, Scandinavian, Polish, Russian, Czech
    r"nicht (?:zugestellt|ausgeliefert|weitergeleitet|erreicht)|unzustellbar|fehlgeschlagen",
    r"existiert nicht|n'a pas pu|n'ont pas|impossible de|non remis|inconnu",
    r"pas (?:été )?(?:remis|délivré)",
    r"[ée]chec de|introuvable|falha na|n[ãa]o (?:entregue|encontrad)|não existe|inexistente",
    r"no se (?:ha )?p(?:udo|odido)|no (?:ha sido|fue|pudo) entreg|no existe",
    r"non è stato possibile|impossibile|non è stat[oa] (?:consegnat|recapitat)",
    r"n[ãa]o (?:p[ôo]de|foi)|niet (?:worden )?(?:bezorgd|afgeleverd)|kunne ikke|kunde inte",
    r"nie (?:mo[żz]na|zosta)|не (?:удалось|может быть|было)|nelze",
    # Japanese, Chinese, Korean
    r"(?:配信|配送|配達|送信|届け)(?:でき|することが|に失敗)|届きません|不明",
    r"无法|無法|不存在|退回|실패|전송",
)
