create function tax(net numeric) returns numeric language sql immutable as 'select net * 0.19';
create function gross(net numeric) returns numeric
    language sql immutable
    begin atomic
        select net + tax(net);
    end;
