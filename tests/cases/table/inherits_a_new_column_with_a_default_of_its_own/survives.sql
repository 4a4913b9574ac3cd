select id, n from a; select id from b;
