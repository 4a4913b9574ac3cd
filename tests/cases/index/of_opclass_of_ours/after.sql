create operator class public.odd for type int using btree as
  operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 btint4cmp(int, int);
create table public.t (a int);
create index i on public.t (a public.odd desc);
