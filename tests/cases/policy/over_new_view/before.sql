create table docs (id integer primary key, team integer);
create table members (team integer, who name);
create policy p on docs using (true);
