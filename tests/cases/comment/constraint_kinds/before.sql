create table t (id integer constraint pk primary key, a integer constraint u unique, b int4range, c integer constraint n not null, constraint e exclude using gist (b with &&));
