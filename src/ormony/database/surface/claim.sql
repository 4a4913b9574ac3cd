-- What belongs to the database itself and not to what is in it: CREATE DATABASE … TEMPLATE copies none of it.

do $$
begin
    execute format('alter database %I owner to postgres', current_database());
    execute format('grant all on database %I to dashboard_user', current_database());
    -- Functions of migrations read these two; a real project has its own.
    execute format(
        'alter database %I set app.settings.jwt_secret = %L', current_database(),
        'ormony-local-jwt-secret-that-protects-nothing'
    );
    execute format('alter database %I set app.settings.jwt_exp = %L', current_database(), '3600');
end
$$;
