create table public.p (a int, b varchar) partition by list (a);
alter table public.p add constraint c check (b <> '') not valid;
create table public.one partition of public.p for values in (1);
create table public.more partition of public.p for values in (2, 3) partition by list (a);
create table public.two partition of public.more for values in (2);
