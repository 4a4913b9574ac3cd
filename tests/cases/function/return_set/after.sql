create function numbers() returns setof integer language sql rows 50 as 'select generate_series(1, 50)';
