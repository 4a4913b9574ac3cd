create table e (id bigint generated always as identity primary key, s serial) partition by range (id); create table e1 partition of e for values from (0) to (10);
