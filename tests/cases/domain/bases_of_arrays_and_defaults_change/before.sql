create domain n as numeric(10,2) check (value >= 0);
create domain v as text;
create domain nn as n not null;
create domain j as json;
create table t (a n, b n[], c v, d v[], e nn, f j, g v collate "C", h n default 4);
