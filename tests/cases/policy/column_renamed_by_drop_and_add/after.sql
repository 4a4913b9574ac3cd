create table docs (id integer primary key, owner_id integer);
create policy p on docs using (owner_id = 1);
