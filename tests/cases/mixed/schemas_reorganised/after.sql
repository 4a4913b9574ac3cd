create schema people;
create schema billing authorization role_a;
create table people.users (id integer primary key, name text);
create table billing.invoices (id integer primary key, user_id integer references people.users (id), total numeric);
create function billing.invoice_count(u integer) returns bigint language sql stable as 'select count(*) from billing.invoices where user_id = u';
create view billing.user_invoices as select u.name, billing.invoice_count(u.id) as n from people.users u;
grant usage on schema people, billing to role_b;
