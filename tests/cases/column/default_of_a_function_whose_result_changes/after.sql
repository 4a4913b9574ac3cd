create function public.next_code() returns bigint language sql volatile as 'select 1::bigint';
create table public.t (id int, code bigint default public.next_code());
