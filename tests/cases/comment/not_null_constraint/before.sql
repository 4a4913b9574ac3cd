create table t (id integer primary key, c integer constraint n not null);
create domain d as integer constraint nn not null;
