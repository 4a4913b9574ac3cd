create type e as enum ('a');
create type c as (x integer, y text);
create type r as range (subtype = integer);
create domain d as integer constraint positive check (value > 0) constraint small check (value < 9);
comment on domain d is 'old';
comment on constraint small on domain d is 'small';
