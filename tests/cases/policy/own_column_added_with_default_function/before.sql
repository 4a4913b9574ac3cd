create table docs (id integer primary key);
