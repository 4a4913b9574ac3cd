create table public.t (id bigint generated always as identity (sequence name public.t_numbers) primary key);
