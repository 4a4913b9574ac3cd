create table public.b (id int not null);
create sequence public.a_id_seq as int owned by public.b.id;
alter table public.b alter column id set default nextval('public.a_id_seq');
create table public.a (id int not null default nextval('public.a_id_seq'));
