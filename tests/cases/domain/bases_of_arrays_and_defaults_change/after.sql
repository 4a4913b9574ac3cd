create domain n as int check (value >= 0);
create domain v as varchar(3);
create domain nn as n not null;
create domain j as jsonb;
create table t (a n, b n[], c v, d v[], e nn, f j, g v collate "C", h n default 4);
