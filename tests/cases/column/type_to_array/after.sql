create table public.t (id int primary key, tags varchar(20)[], one bigint[]);
