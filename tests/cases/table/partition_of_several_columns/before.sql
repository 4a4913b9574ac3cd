create table public.e (a int, b text) partition by range (a, b);
create table public.e_1 partition of public.e for values from (1, minvalue) to (2, 'it''s');
