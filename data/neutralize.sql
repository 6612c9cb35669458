-- A copy of a database for tests does not sign in the name of the domain
UPDATE mail_dkim_key
   SET private_key = NULL,
       state = 'stopped',
       stop_reason = 'unusable'
 WHERE private_key IS NOT NULL;
