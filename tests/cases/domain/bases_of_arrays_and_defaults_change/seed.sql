insert into t values (1, array[1,2], 'abc', array['a','b'], 4, '{}', 'x');
