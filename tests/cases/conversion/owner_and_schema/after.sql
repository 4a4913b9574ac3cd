create schema s;
create conversion s.conv for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
alter conversion s.conv owner to role_a;
