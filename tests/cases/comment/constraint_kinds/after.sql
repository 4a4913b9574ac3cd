create table t (id integer constraint pk primary key, a integer constraint u unique, b int4range, c integer constraint n not null, constraint e exclude using gist (b with &&));
comment on constraint pk on t is 'primary';
comment on constraint u on t is 'unique';
comment on constraint e on t is 'exclusion';
comment on index u is 'index of unique';
