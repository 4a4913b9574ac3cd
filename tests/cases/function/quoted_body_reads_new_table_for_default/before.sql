create table old_t (id integer primary key);
