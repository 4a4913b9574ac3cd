insert into counters values ('docs', 0);
insert into docs default values;
insert into docs (parent) values (1);
