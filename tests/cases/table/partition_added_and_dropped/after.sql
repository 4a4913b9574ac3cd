create table public.e (id int, at date not null) partition by range (at);
create table public.e_2025 partition of public.e for values from ('2025-01-01') to ('2026-01-01');
create table public.e_2026 partition of public.e for values from ('2026-01-01') to ('2027-01-01');
