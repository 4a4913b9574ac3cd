create table public.e (a int, b text) partition by range (a, b);
create table public.e_1 partition of public.e for values from (minvalue, minvalue) to (2, 'it''s');
create table public.e_2 partition of public.e for values from (2, 'it''s') to (maxvalue, maxvalue);
