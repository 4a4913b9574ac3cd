create table public.e (id int not null, at date, a bigint not null default 0, b text check (b <> '')) partition by range (at);
create table public.e_1 partition of public.e for values from ('2024-01-01') to ('2025-01-01') partition by list (id);
create table public.e_1_a partition of public.e_1 for values in (1, 2);
create table public.e_1_b partition of public.e_1 default;
