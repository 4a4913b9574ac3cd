create table p (id int, k int, primary key (id, k)) partition by hash (id);
create table p0 partition of p for values with (modulus 2, remainder 0) partition by list (k);
create table p0a partition of p0 for values in (1,2);
create table p0n partition of p0 for values in (null);
create table p1 partition of p for values with (modulus 2, remainder 1);
create table ch (id int, k int, foreign key (id, k) references p match full on delete cascade);
create function tf() returns trigger language plpgsql as 'begin return new; end';
create trigger tr after insert on p for each row execute function tf();
