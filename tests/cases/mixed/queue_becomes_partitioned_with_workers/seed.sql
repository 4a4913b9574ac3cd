insert into jobs (kind) values ('mail'), ('mail');
