create function area(w numeric, h numeric) returns numeric language sql as 'select w * h';
