create domain cents as bigint check (value between -1000000000 and 1000000000);
create table accounts (id integer primary key, balance numeric not null default 0, currency char(3) not null default 'EUR', unique (id, currency));
create table transfers (id bigint generated always as identity primary key, at timestamptz not null default now());
create table entries (id bigint primary key, account integer references accounts, amount numeric not null, transfer bigint references transfers deferrable, currency char(3) not null default 'EUR', constraint same_currency foreign key (account, currency) references accounts (id, currency) match full on update cascade, fee cents);
create function balanced() returns trigger language plpgsql as $$ begin if (select sum(amount) from entries where transfer = new.transfer) <> 0 then raise exception 'unbalanced'; end if; return null; end $$;
create constraint trigger balanced after insert or update on entries deferrable initially deferred for each row when (new.transfer is not null) execute function balanced();
create function apply() returns trigger language plpgsql as 'begin update accounts a set balance = balance + n.sum from (select account, sum(amount) from fresh group by account) n where n.account = a.id; return null; end';
create trigger apply after insert on entries referencing new table as fresh for each statement execute function apply();
