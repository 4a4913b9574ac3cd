create function base() returns bigint language sql as 'select 1::bigint';
create function f(n bigint default base()) returns bigint language sql as 'select n';
create view v as select f() as f;
