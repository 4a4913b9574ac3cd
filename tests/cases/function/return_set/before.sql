create function numbers() returns integer language sql as 'select 1';
