create table members (team integer, who name, level integer);
create table docs (id integer primary key, team integer);
create policy p on docs using (exists (select from members m where m.team = docs.team and m.level > 3));
