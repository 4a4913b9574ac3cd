create schema seqs;
create sequence seqs."Order No" start 1000 minvalue 1000;
create table public.t (id bigint default nextval('seqs."Order No"'::regclass) not null);
