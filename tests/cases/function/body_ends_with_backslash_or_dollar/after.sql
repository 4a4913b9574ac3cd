create function f() returns text language sql as $a$ select '$' || 'a\' -- $$ $b$ $function$ \$a$;
