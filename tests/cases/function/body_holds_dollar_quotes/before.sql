create function q() returns text language plpgsql as $outer$
begin
    execute $$ select 1 $$;
    return $x$ text $x$;
end
$outer$;
