select id, price::int from items order by id;
