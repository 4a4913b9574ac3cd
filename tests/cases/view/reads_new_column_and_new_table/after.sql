create table public.a_new (t_id int, label text);
create table public.t (id int, name text not null default '');
create view public.v as select t.id, t.name, a_new.label from public.t left join public.a_new on t_id = t.id;
