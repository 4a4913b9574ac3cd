create function tax(net numeric, rate numeric) returns numeric language sql immutable as 'select net * rate';
create function gross(net numeric) returns numeric
    language sql immutable
    begin atomic
        select net + tax(net, 0.19);
    end;
