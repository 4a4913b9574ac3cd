create table accounts (id integer primary key, balance numeric not null default 0);
create table entries (id bigint primary key, account integer references accounts, amount numeric not null);
create function apply() returns trigger language plpgsql as 'begin update accounts set balance = balance + new.amount where id = new.account; return null; end';
create trigger apply after insert on entries for each row execute function apply();
