create table t (id integer primary key);
create policy p on t to role_b using (true);
create policy q on t to role_a, role_c using (true);
create policy r on t using (true);
