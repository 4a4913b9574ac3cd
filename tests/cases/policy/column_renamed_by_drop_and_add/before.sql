create table docs (id integer primary key, user_id integer);
create policy p on docs using (user_id = 1);
