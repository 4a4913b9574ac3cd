create table accounts (id bigint primary key, name text);
create table payments (id bigint primary key, account_id bigint references accounts, amount numeric(12, 2) not null check (amount <> 0));
