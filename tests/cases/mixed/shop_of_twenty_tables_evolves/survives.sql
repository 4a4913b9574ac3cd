select id, email::text, name from customers;
select id, category_id, brand_id, name from products;
select id, customer_id, state::text from orders;
select id, order_id, product_id, amount, price from order_items;
select id, product_id, customer_id, stars from reviews;
