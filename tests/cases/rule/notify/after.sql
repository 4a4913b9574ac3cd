create table t (id integer primary key);
create rule tell as on update to t do also notify t_changed;
