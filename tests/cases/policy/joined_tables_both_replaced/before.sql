create table m (id integer primary key, t integer, u name);
create table d (id integer primary key, t integer);
create policy p on d using (exists (select from m where m.t = d.t and m.u = current_user));
