create table t (id integer primary key);
create policy p on t to role_a, role_b using (true);
