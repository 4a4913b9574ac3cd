create table members (id integer primary key, team integer, who name);
create table d (id integer primary key, team integer);
create policy p on d using (exists (select from members m where m.team = d.team and m.who = current_user));
