create function public.next_code() returns int language sql volatile as 'select 1';
create table public.t (id int, code int default public.next_code());
