create table old (id integer primary key);
