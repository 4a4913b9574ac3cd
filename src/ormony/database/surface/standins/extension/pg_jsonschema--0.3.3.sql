-- ormony stand-in of pg_jsonschema: it knows the keywords below and gives the right answer for them. A schema with
-- another keyword, such as $ref or format, raises an error instead of a guess.

create function _violations(schema jsonb, instance jsonb, place text) returns text[]
language plpgsql immutable as $$
declare
    kind constant text := jsonb_typeof(instance);
    found text[] := '{}';
    word text;
    rule jsonb;
    each text;
    part jsonb;
    number numeric;
    hits integer;
begin
    if schema = 'true' then
        return found;
    elsif schema = 'false' then
        return array['false schema does not allow ' || instance];
    elsif jsonb_typeof(schema) <> 'object' then
        raise exception 'a JSON schema is an object or a boolean, not %', schema
            using errcode = 'invalid_parameter_value';
    end if;
    number := case when kind = 'number' then (instance #>> '{}')::numeric end;
    for word, rule in select * from jsonb_each(schema) loop
        case word
            when '$schema', '$id', '$comment', 'title', 'description', 'default', 'examples', 'deprecated',
                'readOnly', 'writeOnly' then null;
            when 'type' then
                if not exists (
                    select
                    from jsonb_array_elements_text(
                        case when jsonb_typeof(rule) = 'array' then rule else jsonb_build_array(rule) end
                    ) as t
                    where t = kind or (t = 'integer' and number = trunc(number))
                ) then
                    found := found || format('%s is not of type %s', instance, rule);
                end if;
            when 'enum' then
                if not exists (select from jsonb_array_elements(rule) as e where e = instance) then
                    found := found || format('%s is not one of %s', instance, rule);
                end if;
            when 'const' then
                if rule <> instance then
                    found := found || format('%s was expected', rule);
                end if;
            when 'minimum' then
                if number < rule::numeric then
                    found := found || format('%s is less than the minimum of %s', number, rule);
                end if;
            when 'maximum' then
                if number > rule::numeric then
                    found := found || format('%s is greater than the maximum of %s', number, rule);
                end if;
            when 'exclusiveMinimum' then
                if number <= rule::numeric then
                    found := found || format('%s is less than or equal to the minimum of %s', number, rule);
                end if;
            when 'exclusiveMaximum' then
                if number >= rule::numeric then
                    found := found || format('%s is greater than or equal to the maximum of %s', number, rule);
                end if;
            when 'multipleOf' then
                if number % rule::numeric <> 0 then
                    found := found || format('%s is not a multiple of %s', number, rule);
                end if;
            when 'minLength' then
                if kind = 'string' and length(instance #>> '{}') < rule::integer then
                    found := found || format('%s is shorter than %s characters', instance, rule);
                end if;
            when 'maxLength' then
                if kind = 'string' and length(instance #>> '{}') > rule::integer then
                    found := found || format('%s is longer than %s characters', instance, rule);
                end if;
            when 'required' then
                if kind = 'object' then
                    for each in select e from jsonb_array_elements_text(rule) as e where not instance ? e loop
                        found := found || format('%s is a required property', to_json(each));
                    end loop;
                end if;
            when 'minProperties' then
                if kind = 'object'
                    and (select count(*) from jsonb_object_keys(instance)) < rule::integer then
                    found := found || format('%s has less than %s properties', instance, rule);
                end if;
            when 'maxProperties' then
                if kind = 'object'
                    and (select count(*) from jsonb_object_keys(instance)) > rule::integer then
                    found := found || format('%s has more than %s properties', instance, rule);
                end if;
            when 'properties' then
                if kind = 'object' then
                    for each, part in select key, value from jsonb_each(rule) where instance ? key loop
                        found := found || @extschema@._violations(part, instance -> each, place || '/' || each);
                    end loop;
                end if;
            when 'additionalProperties' then
                if schema ? 'patternProperties' then
                    raise exception 'patternProperties is missing in ormony''s stand-in of the extension pg_jsonschema'
                        using errcode = 'feature_not_supported',
                        hint = 'Use a PostgreSQL server that has the real pg_jsonschema.';
                end if;
                if kind = 'object' then
                    for each, part in
                        select key, value
                        from jsonb_each(instance)
                        where not coalesce(schema -> 'properties', '{}') ? key
                    loop
                        if rule = 'false' then
                            found := found || format('additional property %s is not allowed', to_json(each));
                        else
                            found := found || @extschema@._violations(rule, part, place || '/' || each);
                        end if;
                    end loop;
                end if;
            when 'items' then
                if jsonb_typeof(rule) = 'array' or schema ? 'prefixItems' then
                    raise exception 'a list of items is missing in ormony''s stand-in of the extension pg_jsonschema'
                        using errcode = 'feature_not_supported',
                        hint = 'Use a PostgreSQL server that has the real pg_jsonschema.';
                end if;
                if kind = 'array' then
                    for part in select * from jsonb_array_elements(instance) loop
                        found := found || @extschema@._violations(rule, part, place || '/items');
                    end loop;
                end if;
            when 'minItems' then
                if kind = 'array' and jsonb_array_length(instance) < rule::integer then
                    found := found || format('%s has less than %s items', instance, rule);
                end if;
            when 'maxItems' then
                if kind = 'array' and jsonb_array_length(instance) > rule::integer then
                    found := found || format('%s has more than %s items', instance, rule);
                end if;
            when 'uniqueItems' then
                if kind = 'array' and rule = 'true' and jsonb_array_length(instance)
                    <> (select count(distinct e) from jsonb_array_elements(instance) as e) then
                    found := found || format('%s has non-unique elements', instance);
                end if;
            when 'allOf' then
                for part in select * from jsonb_array_elements(rule) loop
                    found := found || @extschema@._violations(part, instance, place);
                end loop;
            when 'anyOf', 'oneOf' then
                hits := 0;
                for part in select * from jsonb_array_elements(rule) loop
                    hits := hits + (@extschema@._violations(part, instance, place) = '{}')::integer;
                end loop;
                if hits = 0 then
                    found := found || format('%s is not valid under any of the schemas of %s', instance, word);
                elsif word = 'oneOf' and hits > 1 then
                    found := found || format('%s is valid under more than one of the schemas of oneOf', instance);
                end if;
            when 'not' then
                if @extschema@._violations(rule, instance, place) = '{}' then
                    found := found || format('%s is not allowed for %s', rule, instance);
                end if;
            else
                raise exception 'the keyword "%" is missing in ormony''s stand-in of the extension pg_jsonschema', word
                    using errcode = 'feature_not_supported',
                    hint = 'Use a PostgreSQL server that has the real pg_jsonschema.';
        end case;
    end loop;
    return found;
end
$$;

create function json_matches_schema(schema json, instance json) returns boolean
language sql immutable strict parallel safe as $$
    select @extschema@._violations(schema::jsonb, instance::jsonb, '') = '{}'
$$;

create function jsonb_matches_schema(schema json, instance jsonb) returns boolean
language sql immutable strict parallel safe as $$
    select @extschema@._violations(schema::jsonb, instance, '') = '{}'
$$;

create function jsonschema_validation_errors(schema json, instance json) returns text[]
language sql immutable strict parallel safe as $$
    select @extschema@._violations(schema::jsonb, instance::jsonb, '')
$$;

create function jsonschema_is_valid(schema json) returns boolean
language plpgsql immutable strict parallel safe as $$
begin
    raise exception 'jsonschema_is_valid is missing in ormony''s stand-in of the extension pg_jsonschema' using
        errcode = 'feature_not_supported', hint = 'Use a PostgreSQL server that has the real pg_jsonschema.';
end
$$;
