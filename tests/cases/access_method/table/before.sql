create table plain (id integer primary key);
