create table public.r0 (d numeric default 1.5 primary key);
