create table t (id integer primary key, n bigint);
create table log (n bigint);
create rule note as on update to t where old.n <> new.n do also insert into log values (new.n);
