create table members (team integer, who name, primary key (team, who));
create table docs (id integer primary key, team integer);
create policy p on docs using (exists (select from members m where m.team = docs.team and m.who = current_user));
