insert into countries values ('DE', 'Germany');
insert into brands (name) values ('b');
insert into customers (email, name) values ('a@b', 'ann');
insert into categories (name) values ('c');
insert into products (category_id, brand_id, name, price) values (1, 1, 'p', 12.34);
insert into orders (customer_id, state) values (1, 'paid');
insert into order_items (order_id, product_id, amount, price) values (1, 1, 2, 12.34);
insert into reviews (product_id, customer_id, stars) values (1, 1, 5);
