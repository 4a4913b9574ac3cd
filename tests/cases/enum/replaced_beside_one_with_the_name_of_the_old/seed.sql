INSERT INTO felt VALUES (1, 'good', 'fine', 'a', 'b', 'a', '[1,5)', '{[1,2)}');
