create table docs (id integer primary key, team integer);
create table members (team integer, who text);
create policy p on docs using (team in (select m.team from members m));
create policy q on members using (team > 0);
