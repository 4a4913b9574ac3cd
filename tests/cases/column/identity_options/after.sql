create table public.t (
  id bigint generated always as identity (start with 1000 increment by 5 minvalue 100 maxvalue 9999 cache 20 cycle) primary key
);
