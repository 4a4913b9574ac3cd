create schema one;
create schema two;
create table one.t (id integer primary key);
create table two.t (id integer primary key);
create publication p for tables in schema one;
