create table public.t (id bigint primary key, a bigint, b varchar(20), c numeric(10, 2), d timestamptz, e char(5));
