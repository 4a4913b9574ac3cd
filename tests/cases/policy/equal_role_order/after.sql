create table t (id integer primary key);
create policy p on t to role_b, role_a using (true);
