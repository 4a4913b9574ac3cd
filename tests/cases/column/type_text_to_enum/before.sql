create table public.t (id int primary key, state text not null default 'draft');
