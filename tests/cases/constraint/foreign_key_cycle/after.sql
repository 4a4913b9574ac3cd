create table public.a (id int primary key, b_id int);
create table public.b (id int primary key, a_id int not null references public.a);
alter table public.a add foreign key (b_id) references public.b deferrable initially deferred;
