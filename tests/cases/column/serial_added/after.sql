create table public.t (a text, id bigserial primary key);
