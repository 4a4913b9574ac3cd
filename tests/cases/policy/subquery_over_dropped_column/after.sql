create table members (team integer, who name, rank text);
create table docs (id integer primary key, team integer);
create policy p on docs using (exists (select from members m where m.team = docs.team and m.rank = 'top'));
