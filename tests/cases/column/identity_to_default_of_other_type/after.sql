create table t (a bigint default -3, b text default 'x' not null);
