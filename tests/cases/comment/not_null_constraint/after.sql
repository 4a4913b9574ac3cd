create table t (id integer primary key, c integer constraint n not null);
create domain d as integer constraint nn not null;
comment on constraint n on t is 'needed';
comment on constraint nn on domain d is 'needed too';
