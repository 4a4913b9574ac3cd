create schema seqs;
create sequence seqs."Order No";
create table public.t (id int default nextval('seqs."Order No"'));
