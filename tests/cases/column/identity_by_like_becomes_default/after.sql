create table c (id bigint default 7 not null, a text);
