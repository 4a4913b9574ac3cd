insert into "My App"."Order" values (1, 'u', '2024-01-01');
