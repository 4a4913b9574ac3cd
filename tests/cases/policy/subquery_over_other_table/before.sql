create table members (team integer, who name, primary key (team, who));
create table docs (id integer primary key, team integer);
create policy p on docs using (true);
