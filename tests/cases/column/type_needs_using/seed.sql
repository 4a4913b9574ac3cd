insert into public.t values (1, '42', '6f1b2f0e-2c1d-4d3b-9d53-0f6f5c2a0001', '{"a": 1}', '2020-01-01 00:00:00+00');
