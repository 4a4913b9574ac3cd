create table users (id integer primary key, name text);
create table invoices (id integer primary key, user_id integer references users (id), total numeric);
create function invoice_count(u integer) returns bigint language sql stable as 'select count(*) from invoices where user_id = u';
create view user_invoices as select u.name, invoice_count(u.id) as n from users u;
