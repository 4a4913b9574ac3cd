create table a (x int constraint nn not null, constraint c primary key (x));
comment on constraint c on a is 'a';
comment on constraint nn on a is 'a';
