create table public.e (id int not null, at date not null, primary key (id, at)) partition by range (at);
create table public.e_1 partition of public.e for values from ('2024-01-01') to ('2025-01-01');
create view public.v as select id from public.e;
create table public.r (id int, at date, foreign key (id, at) references public.e);
