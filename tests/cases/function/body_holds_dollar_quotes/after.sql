create function q() returns text language plpgsql as $outer$
begin
    execute $function$ select 1 $function$;
    execute $$ select 2 $$;
    return $_$ $ $1 $_$;
end
$outer$;
