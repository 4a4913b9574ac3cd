insert into t values ('12', true, '4', array['5'], '2024-01-01');
